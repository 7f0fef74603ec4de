package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/unit"
	"fulcrum.dev/fulcrum/internal/workload"
)

// Search plans a model. A plan without a feasible arrangement is no error: see
// Verdict.Feasible.
//
// Errors: a routing, an empty workload, one that cannot be read, homes that no offer
// matches, claims that cannot be priced, a cancelled context.
func Search(ctx context.Context, in Input) (*Plan, error) {
	s, err := newSearch(ctx, in)
	if err != nil {
		return nil, err
	}
	if s.plan.Claims, err = CheckClaims(s.spec, in.Catalog); err != nil {
		return nil, err
	}
	if err := s.admit(); err != nil {
		return nil, err
	}
	if err := s.searchAll(ctx); err != nil {
		return nil, err
	}
	if err := s.searchHybrids(ctx); err != nil {
		return nil, err
	}
	if err := s.confirm(ctx); err != nil {
		return nil, err
	}
	if err := s.confirmHybrids(ctx); err != nil {
		return nil, err
	}
	s.rank()
	if err := s.tip(ctx); err != nil {
		return nil, err
	}
	s.conclude()
	return s.plan, nil
}

var errRouting = errors.New("spec.routing: plan searches hybrids of the homes by itself: leave routing out, " +
	"or run this one as written with fulcrum simulate")

// search is the state of one plan in the making.
type search struct {
	in   Input
	spec *v1alpha1.ModelSpec
	plan *Plan
	// full judges on the whole workload, final on the part of a very long one that what is shown as best is confirmed on,
	// quick on the sample of a long one that sizes are searched on. They are the same for a short one.
	full, final, quick *evaluator
	groups             []*group
	hybrids            []*Candidate
	progress           *progress
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
	model, err := canonicalGPUs(in.Model, in.Catalog)
	if err != nil {
		return nil, err
	}
	in.Model = model
	traffic, err := describe(in.Workload)
	if err != nil {
		return nil, err
	}
	if traffic.Requests == 0 {
		return nil, errors.New("the traffic holds no request: there is nothing to plan for")
	}
	if err := checkCarried(&in.Model.Spec, traffic); err != nil {
		return nil, err
	}
	s := &search{in: in, spec: &in.Model.Spec, progress: newProgress(in.Progress)}
	s.plan = &Plan{
		SchemaVersion: SchemaVersion, Model: in.Model.Metadata.Name, Description: in.Model.Metadata.Description,
		Traffic: traffic,
	}
	s.full = newEvaluator(in, in.Workload, traffic)
	if s.quick, err = s.sampled(affordable(s.spec, searchRequests), sampleMemory); err != nil {
		return nil, err
	}
	s.final = s.full
	if traffic.Requests > affordable(s.spec, confirmRequests) {
		s.final, err = s.sampled(finalRequests, finalMemory)
	}
	if s.quick != s.full {
		s.plan.Traffic.Searched = s.quick.sample
	}
	return s, err
}

// searchRequests is the number of requests up to which every size is tried on
// the whole workload. Longer ones are searched on a sample; what is then shown as best has been confirmed on the whole.
const searchRequests = 40_000

// confirmRequests is the number of requests up to which the best are confirmed on
// the whole workload, and finalRequests about how many of a longer one they are confirmed on.
const (
	confirmRequests = 2_500_000
	finalRequests   = 2_000_000
)

// cheapFactor is how many requests of fixed service are simulated in the time of one that is batched.
const cheapFactor = 5

// affordable scales a number of requests, chosen for batched service, to what the model's service allows in the same time.
func affordable(spec *v1alpha1.ModelSpec, requests int64) int64 {
	if isBatched(spec) {
		return requests
	}
	return cheapFactor * requests
}

// sampleBlock is long against a cold start and short against a day.
const sampleBlock = 10 * time.Minute

// sampleMemory and finalMemory bound the requests of a sample held in memory (32 bytes each).
const (
	sampleMemory = 2_000_000
	finalMemory  = 4_000_000
)

// leastBlocks is how many blocks a sample must have to say anything.
const leastBlocks = 4

// mostSampled is the greatest n for which one block in n is still a sample.
func (t Traffic) mostSampled() int {
	return max(1, int(t.Span.Std()/sampleBlock)/leastBlocks)
}

// sampled returns an evaluator on a sample of at most about `most` requests, or on everything if that is not more.
func (s *search) sampled(most int64, memory int) (*evaluator, error) {
	t := s.full.traffic
	if t.Requests <= most {
		return s.full, nil
	}
	nth := min(int((t.Requests+most-1)/most), t.mostSampled())
	load := s.in.Workload
	var err error
	if nth > 1 {
		if load, err = workload.Sample(load, nth, sampleBlock); err != nil {
			return nil, err
		}
	}
	if load, err = workload.Cache(load, memory); err != nil {
		return nil, err
	}
	traffic, err := describe(load)
	if err != nil {
		return nil, err
	}
	e := newEvaluator(s.in, load, traffic)
	if nth > 1 {
		e.sample = fmt.Sprintf("one block of %s in %d", unit.Duration(sampleBlock), nth)
	}
	return e, nil
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
		if _, err := platform.Build(s.spec, f.offer, f.with(f.min), s.in.Catalog); err != nil {
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
			err = platform.CheckSettings(o, h)
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
