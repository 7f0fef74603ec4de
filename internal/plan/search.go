package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// Search plans a model. A plan without a feasible arrangement is no error: see
// Verdict.Feasible. When in.Stop ends it early, what was found by then is the plan, with a warning.
//
// Errors: a routing, an empty workload, one that cannot be read, homes that no offer
// matches, claims that cannot be priced, a cancelled context, a stop before anything was found.
func Search(ctx context.Context, in Input) (*Plan, error) {
	running, cancel := stoppable(ctx, in.Stop)
	defer cancel()
	s, err := newSearch(running, in)
	if err == nil {
		err = s.stages(running)
	}
	switch stopped := running.Err() != nil && ctx.Err() == nil; {
	case err == nil:
	case stopped && s != nil && s.hasAnswer():
		s.plan.Stopped = true
	case stopped:
		return nil, errStopped
	default:
		return nil, err
	}
	if err := s.rank(); err != nil {
		return nil, err
	}
	s.conclude()
	return s.plan, nil
}

// stages are the steps of the search, each of which improves on what the one before it has found.
func (s *search) stages(ctx context.Context) (err error) {
	if s.plan.Claims, err = CheckClaims(s.spec, s.in.Catalog); err != nil {
		return err
	}
	if err := s.admit(); err != nil {
		return err
	}
	for _, stage := range []func(context.Context) error{
		s.searchAll, s.polishChallengers, s.transferBest, s.searchHybrids, s.answer, s.polishShown, s.confirm, s.confirmShown, s.tip,
	} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stoppable is a context that also ends when stop is closed.
func stoppable(ctx context.Context, stop <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if stop == nil {
		return ctx, cancel
	}
	select {
	case <-stop:
		cancel()
	default:
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(); <-done }
}

var errRouting = errors.New("spec.routing: plan searches hybrids of the homes by itself: leave routing out, " +
	"or run this one as written with fulcrum simulate")

var errStopped = errors.New("the search was ended before it had found anything")

// search is the state of one plan in the making.
type search struct {
	in   Input
	spec *v1alpha1.ModelSpec
	plan *Plan
	// full judges on the whole workload, quick on the sample of a long one that sizes are searched on. They are the same for
	// a short one.
	full, quick *evaluator
	// levels are quick, a larger sample of very long traffic, and full, each once.
	levels   []*evaluator
	groups   []*group
	hybrids  []*Candidate
	progress *progress
	told     string // of the verdict so far
}

// group is the families of one offer; they are searched together, because an
// autoscaled cluster is sized from the fixed one.
type group struct {
	families   []*family
	candidates []*Candidate
	floor      unit.Money // the least of the families'
	searched   bool
}

func newSearch(ctx context.Context, in Input) (*search, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if in.Model.Spec.Routing != nil {
		return nil, errRouting
	}
	in, traffic, err := prepare(ctx, in)
	if err != nil {
		return nil, err
	}
	s := &search{in: in, spec: &in.Model.Spec, progress: newProgress(in.Progress)}
	s.plan = &Plan{
		SchemaVersion: SchemaVersion, Model: in.Model.Metadata.Name, Description: in.Model.Metadata.Description,
		Traffic: traffic,
	}
	if err := s.sample(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// admit sorts the offers into refused ones and groups to search.
func (s *search) admit() error {
	wanted, err := wantedHomes(s.spec, s.in.Catalog)
	if err != nil {
		return err
	}
	for _, w := range wanted {
		if r := refuse(s.spec, w.offer, s.in.Catalog); r != nil {
			s.plan.Refused = append(s.plan.Refused, *r)
			continue
		}
		g := &group{families: families(s.spec, w.offer, w.settings, s.in.Catalog)}
		if r := s.unfit(w, g); r != nil {
			s.plan.Refused = append(s.plan.Refused, *r)
			continue
		}
		if err := s.quick.boundGroup(g); err != nil {
			return err
		}
		s.groups = append(s.groups, g)
	}
	slices.SortStableFunc(s.groups, func(a, b *group) int { return a.floor.Cmp(b.floor.Decimal) })
	return nil
}

// unfit says why the model cannot be arranged on the offer, or is nil when it can.
func (s *search) unfit(w wanted, g *group) *Refusal {
	for _, f := range g.families {
		if f.min > f.max && !f.exact && f.min > 0 && f.max > 0 {
			reason := fmt.Sprintf("spec.constraints.minReplicas asks for %d, at most %d can be had", f.min, f.max)
			return &Refusal{Offer: w.offer.ID, PriceClass: w.offer.PriceClass, Region: w.offer.Region, Gate: "quota", Reason: reason}
		}
		a, err := arrange.Build(s.spec, f.offer, f.with(f.min), s.in.Catalog)
		if err == nil {
			err = checkProvisioned(a)
		}
		if err != nil {
			return &Refusal{Offer: w.offer.ID, PriceClass: w.offer.PriceClass, Region: w.offer.Region, Gate: "fit", Reason: err.Error()}
		}
	}
	return nil
}

// boundGroup sets the floors of a group and its families.
func (e *evaluator) boundGroup(g *group) error {
	for i, f := range g.families {
		if err := e.bound(f); err != nil {
			return err
		}
		if i == 0 || f.floor.Less(g.floor) {
			g.floor = f.floor
		}
	}
	return nil
}

// wanted is an offer to consider with the settings that the user gave for it.
type wanted struct {
	offer    catalog.Offer
	settings v1alpha1.Home
}

// wantedHomes expands the homes of the model file; none means every offer.
func wantedHomes(spec *v1alpha1.ModelSpec, cat *catalog.Catalog) ([]wanted, error) {
	var list []wanted
	if len(spec.Homes) == 0 {
		for _, o := range cat.Offers() {
			list = append(list, wanted{offer: o})
		}
		return list, nil
	}
	for i, h := range spec.Homes {
		if prefix, isPrefix := strings.CutSuffix(h.Offer, "*"); isPrefix {
			matches := offersWithPrefix(cat, prefix, h)
			if len(matches) == 0 {
				return nil, fmt.Errorf("spec.homes[%d].offer: no offer of the catalogue matches %s; see fulcrum catalog list", i, h.Offer)
			}
			list = append(list, matches...)
			continue
		}
		o, err := cat.Lookup(h.Offer, homeClass(h), h.Region)
		if err == nil {
			err = arrange.CheckSettings(o, h)
		}
		if err != nil {
			return nil, fmt.Errorf("spec.homes[%d]: %w", i, err)
		}
		list = append(list, wanted{offer: o, settings: h})
	}
	return list, nil
}

func homeClass(h v1alpha1.Home) catalog.PriceClass {
	if h.PriceClass == "" {
		return catalog.OnDemand
	}
	return catalog.PriceClass(h.PriceClass)
}

func offersWithPrefix(cat *catalog.Catalog, prefix string, h v1alpha1.Home) []wanted {
	var list []wanted
	for _, o := range cat.Offers() {
		if strings.HasPrefix(o.ID, prefix) && (h.PriceClass == "" || o.PriceClass == homeClass(h)) && (h.Region == "" || o.Region == h.Region) {
			list = append(list, wanted{offer: o, settings: h})
		}
	}
	return list
}
