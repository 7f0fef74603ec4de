package plan

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/billing"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// contendersPerSide is how many of today's cheapest offers of a side take part.
const contendersPerSide = 3

// contenders are the offers of a side that are cheapest today and the one that is cheapest for each request at full use,
// which wins when traffic grows.
func (s *search) contenders(ctx context.Context, side Side) ([]*contender, error) {
	ranked := s.found(func(c *Candidate) bool { return c.Side == side })
	slices.SortStableFunc(ranked, compareCost)
	var list []*contender
	seen := map[*group]bool{}
	for _, c := range ranked {
		if g := s.groupOf(c); len(list) < contendersPerSide && !seen[g] {
			seen[g] = true
			list = append(list, &contender{last: c, factor: 1})
		}
	}
	densest := s.densest(side)
	if densest == nil || seen[densest] {
		return list, nil
	}
	sized := &group{families: densest.families}
	if err := s.quick.searchGroup(ctx, sized); err != nil || len(sized.candidates) == 0 {
		return list, err
	}
	return append(list, &contender{last: slices.MinFunc(sized.candidates, betterStart), factor: 1}), nil
}

// hardware is what offers are told apart by when one of each kind is enough.
type hardware struct {
	kind      catalog.Kind
	gpu, arch string
}

func hardwareOf(o catalog.Offer) hardware {
	return hardware{o.Kind, o.Hardware.GPU, o.Hardware.Arch}
}

// newContendersPerSide bounds the offers of a side that join the contenders at one factor.
const newContendersPerSide = 2

// joining sizes, at another factor, what may cost less there than the best so far: of each kind of hardware that no
// contender is of, the offer with the lowest floor. What is dear or fails today can win when traffic changes, such as one
// large GPU over many small ones. What is cheaper is returned, climbed.
func (s *search) joining(ctx context.Context, e *evaluator, side Side, known []*contender, best *Candidate) ([]*Candidate, error) {
	groups, err := s.lowest(e, side, known)
	if err != nil {
		return nil, err
	}
	var list []*Candidate
	for _, g := range groups[:min(newContendersPerSide, len(groups))] {
		if best != nil && !g.floor.Less(best.Monthly) {
			break
		}
		if err := e.searchGroup(ctx, g); err != nil {
			return nil, err
		}
		if len(g.candidates) == 0 {
			continue
		}
		c := slices.MinFunc(g.candidates, betterStart)
		if c.Status != Feasible || best != nil && !c.Monthly.Less(best.Monthly) {
			continue
		}
		if c, err = e.climb(ctx, c, climbOptions{evaluations: tippingEvaluations}); err != nil {
			return nil, err
		}
		list, best = append(list, c), c
	}
	return list, nil
}

// lowest are copies of groups of a side: of each kind of hardware that no contender is of, the one with the lowest floor on an
// evaluator's traffic, in the order of these floors.
func (s *search) lowest(e *evaluator, side Side, known []*contender) ([]*group, error) {
	seen := map[hardware]bool{}
	for _, k := range known {
		seen[hardwareOf(k.last.family.offer)] = true
	}
	var list []*group
	for _, g := range s.groups {
		if o := g.families[0].offer; seen[hardwareOf(o)] || sideOf(o.Kind) != side {
			continue
		}
		floor, err := e.floorOfGroup(g)
		if err != nil {
			return nil, err
		}
		list = append(list, &group{families: g.families, floor: floor})
	}
	slices.SortStableFunc(list, func(a, b *group) int { return a.floor.Cmp(b.floor.Decimal) })
	return slices.DeleteFunc(list, func(g *group) bool {
		h := hardwareOf(g.families[0].offer)
		again := seen[h]
		seen[h] = true
		return again
	}), nil
}

// floorOfGroup is the floor that boundGroup would set, and leaves the group as it is.
func (e *evaluator) floorOfGroup(g *group) (unit.Money, error) {
	bounded := &group{}
	for _, f := range g.families {
		bounded.families = append(bounded.families, new(*f))
	}
	err := e.boundGroup(bounded)
	return bounded.floor, err
}

// betterStart puts what meets the objectives first, then what costs less.
func betterStart(a, b *Candidate) int {
	switch {
	case a.suffices() && !b.suffices():
		return -1
	case b.suffices() && !a.suffices():
		return 1
	}
	return compareCost(a, b)
}

// densest is the group of a side that serves a request for the least when full.
func (s *search) densest(side Side) *group {
	var best *group
	least := math.Inf(1)
	for _, g := range s.groups {
		if sideOf(g.families[0].offer.Kind) != side {
			continue
		}
		if cost := s.costPerRequest(g); cost < least {
			best, least = g, cost
		}
	}
	return best
}

func (s *search) groupOf(c *Candidate) *group {
	i := slices.IndexFunc(s.groups, func(g *group) bool { return slices.Contains(g.candidates, c) })
	if i < 0 {
		return nil
	}
	return s.groups[i]
}

// groupWith is the group of a family.
func (s *search) groupWith(f *family) *group {
	i := slices.IndexFunc(s.groups, func(g *group) bool { return slices.Contains(g.families, f) })
	if i < 0 {
		return nil
	}
	return s.groups[i]
}

// costPerRequest is the price of a replica-hour divided by the requests that it serves when full.
func (s *search) costPerRequest(g *group) float64 {
	f := g.families[0]
	a, err := arrange.Build(s.spec, f.offer, f.with(f.min), s.in.Catalog)
	if err != nil {
		return math.Inf(1) // it was built before, with the same settings
	}
	price, err := billing.Hourly(a)
	if err != nil {
		return math.Inf(1)
	}
	return price.Float64() * s.full.traffic.serviceTime(a)
}

// naive is the utilisation that comes out when only hourly prices are compared,
// for as much work as one serverless instance does when it is always busy.
func (t Traffic) naive(cluster, serverless *Candidate) (float64, string) {
	price := serverless.HourlyPrice.Float64()
	work := t.serviceTime(serverless.arrangement)
	if price == 0 || work == 0 {
		return 0, ""
	}
	same := cluster.HourlyPrice.Float64() * t.serviceTime(cluster.arrangement) / work
	note := fmt.Sprintf("for the work of one busy instance of %s at %.4g $/h, %s costs %.4g $/h when it is as busy",
		serverless.Offer, price, cluster.Offer, same)
	return same / price, note
}
