package plan

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/billing"
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
