package plan

import (
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/simulate"
)

// Status is what became of a candidate.
type Status string

// The statuses.
const (
	// Feasible candidates meet every objective.
	Feasible Status = "feasible"
	// Infeasible candidates fail at least one objective at any size tried.
	Infeasible Status = "infeasible"
	// Dominated candidates were not simulated: their least possible cost is above what others cost.
	Dominated Status = "dominated"
)

// Candidate is one arrangement with what came of it.
type Candidate struct {
	// Placement of a hybrid names its parts joined by " + " and has their bills together; its settings are those of the parts.
	Placement
	Side Side `json:"side"`
	// Variant tells arrangements on one offer apart: fixed, hpa, concurrency 16, 1769MiB.
	Variant    string           `json:"variant"`
	Status     Status           `json:"status"`
	Outcome    simulate.Outcome `json:"outcome"`
	Objectives []Attainment     `json:"objectives"`
	// Estimate says how far the figures may be off, because only a part of the traffic was simulated; nil where all of it was.
	Estimate *Estimate `json:"estimate,omitempty"`
	// SizedOnly says of a feasible candidate that nothing but its number was searched: other settings may cost less.
	SizedOnly bool `json:"sizedOnly,omitempty"`
	// Parts are the homes of a hybrid, each with its own bill, in the order of Outcome.Homes; none for a single home.
	Parts []Placement `json:"parts,omitempty"`
	// Routing is the rule between the parts; it can be put into spec.routing, and their settings into spec.homes.
	Routing *v1alpha1.Routing `json:"routing,omitempty"`
	// Timeline is there when it was asked for.
	Timeline *Timeline `json:"timeline,omitempty"`

	by     *evaluator         // that has simulated it; nil of a dominated one
	strata []simulate.Outcome // of the parts of a sample
	family *family
	size   int // the family's number; of a hybrid, the base's nodes
	// chosen are the settings of each part before defaults: what the user gave and what the search has set.
	chosen []v1alpha1.Home
	// climbed says that no single step of a setting makes it cheaper, under the traffic that it was last run on.
	climbed bool
	// pairing is what a hybrid is made of.
	pairing *pairing
}

// KindHybrid is the kind of what is placed on several offers.
const KindHybrid catalog.Kind = "hybrid"

// Placement is a model placed on one offer, with its bill.
type Placement struct {
	Offer      string             `json:"offer"`
	Provider   string             `json:"provider"`
	PriceClass catalog.PriceClass `json:"priceClass"`
	Region     string             `json:"region"`
	Kind       catalog.Kind       `json:"kind"`
	// Settings can be put into spec.homes to get this home again.
	Settings v1alpha1.Home `json:"settings,omitzero"`
	// Monthly is the bill's total, or the least possible cost of a dominated candidate.
	Monthly unit.Money   `json:"monthly"`
	Bill    catalog.Bill `json:"bill"`
	// MonthlyUsage is what the offer's own lines are priced from, in base units of each meter.
	MonthlyUsage catalog.Usage `json:"monthlyUsage,omitempty"`
	Basis        arrange.Basis `json:"basis"`
	Assumptions  []string      `json:"assumptions,omitempty"`
	// HourlyPrice is what one replica or instance costs an hour when always in use, ancillary cost apart; 0 for a hybrid.
	HourlyPrice unit.Money `json:"hourlyPrice"`

	arrangement arrange.Arrangement
}

func newPlacement(a arrange.Arrangement) Placement {
	p := placementOn(a.Offer, a.Settings)
	p.Basis, p.Assumptions, p.arrangement = a.Fit.Basis, a.Assumptions, a
	return p
}

func placementOn(o catalog.Offer, settings v1alpha1.Home) Placement {
	return Placement{Offer: o.ID, Provider: o.Provider, PriceClass: o.PriceClass, Region: o.Region, Kind: o.Kind, Settings: settings}
}

func newCandidate(l layout) *Candidate {
	if l.routing == nil {
		p := newPlacement(l.parts[0])
		return &Candidate{Placement: p, Side: sideOf(p.Kind)}
	}
	c := &Candidate{Side: SideHybrid, Routing: l.routing}
	for _, a := range l.parts {
		c.Parts = append(c.Parts, newPlacement(a))
	}
	c.Placement = together(c.Parts)
	return c
}

// together names several placements as one.
func together(parts []Placement) Placement {
	var offers, assumptions []string
	source := arrange.Measured
	for _, p := range parts {
		offers = append(offers, p.Offer)
		if p.Basis.Source == arrange.Estimated {
			source = arrange.Estimated
		}
		for _, text := range p.Assumptions {
			assumptions = append(assumptions, p.Offer+": "+text)
		}
	}
	joined := func(of func(Placement) string) string {
		var names []string
		for _, p := range parts {
			names = append(names, of(p))
		}
		return strings.Join(slices.Compact(names), " + ")
	}
	return Placement{
		Kind: KindHybrid, Offer: strings.Join(offers, " + "),
		Provider:   joined(func(p Placement) string { return p.Provider }),
		PriceClass: catalog.PriceClass(joined(func(p Placement) string { return string(p.PriceClass) })),
		Region:     joined(func(p Placement) string { return p.Region }),
		Basis:      arrange.Basis{Source: source, Reference: joined(func(p Placement) string { return p.Basis.Reference })},

		Assumptions: append([]string{routerIsFree}, assumptions...),
	}
}

// routerIsFree is an assumption of every hybrid.
const routerIsFree = "the router between the homes, and the way to them, take no time and cost nothing"

// placements are the homes of a candidate: its parts, or itself.
func (c *Candidate) placements() []Placement {
	if len(c.Parts) > 0 {
		return c.Parts
	}
	return []Placement{c.Placement}
}

// layout is where a candidate puts the model.
func (c *Candidate) layout() layout {
	l := layout{routing: c.Routing}
	for _, p := range c.placements() {
		l.parts = append(l.parts, p.arrangement)
	}
	return l
}

// Homes are the settings of a candidate as they stand in spec.homes: those of its parts, or its own.
func (c *Candidate) Homes() []v1alpha1.Home {
	var homes []v1alpha1.Home
	for _, p := range c.placements() {
		homes = append(homes, p.Settings)
	}
	return homes
}
