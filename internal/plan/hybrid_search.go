package plan

import (
	"context"
	"math"
	"slices"
)

// searchHybrids sizes the hybrids that can cost less than the cheapest single
// home, where homes of both sides are wanted, and climbs the cheapest of them.
func (s *search) searchHybrids(ctx context.Context) error {
	pairs, err := s.pairings()
	if err != nil {
		return err
	}
	bound := s.cheapestSingle()
	s.progress.expect(len(pairs))
	found := make([]*Candidate, len(pairs))
	err = s.parallel(ctx, len(pairs), func(ctx context.Context, i int) (err error) {
		defer s.progress.step()
		found[i], err = s.quick.sizeHybrid(ctx, pairs[i], bound)
		return err
	})
	if err != nil {
		return err
	}
	s.hybrids = compact(found...)
	if err := s.climbHybrids(ctx, bound); err != nil {
		return err
	}
	s.hybrids = slices.DeleteFunc(s.hybrids, func(c *Candidate) bool { return !c.suffices() || c.Monthly.Float64() >= bound })
	return nil
}

// climbHybrids climbs the cheapest hybrids, in batches, until one of them changes nothing.
func (s *search) climbHybrids(ctx context.Context, bound float64) error {
	for {
		slices.SortStableFunc(s.hybrids, compareHybrids)
		open := slices.DeleteFunc(slices.Clone(s.hybrids), func(c *Candidate) bool { return c.climbed })
		open = open[:min(challengers, len(open))]
		if len(open) == 0 {
			return nil
		}
		before := s.hybrids[0]
		better := make([]*Candidate, len(open))
		err := s.parallel(ctx, len(open), func(ctx context.Context, i int) (err error) {
			better[i], err = s.quick.climb(ctx, open[i], climbOptions{bound: bound})
			return err
		})
		if err != nil {
			return err
		}
		for i, c := range better {
			c.climbed = true
			s.hybrids[slices.Index(s.hybrids, open[i])] = c
		}
		slices.SortStableFunc(s.hybrids, compareHybrids)
		if s.hybrids[0].climbed && before.climbed && s.hybrids[0] == before {
			return nil
		}
	}
}

// compareHybrids puts what meets the objectives first, then what costs less.
func compareHybrids(a, b *Candidate) int {
	switch x, y := a.suffices(), b.suffices(); {
	case x && !y:
		return -1
	case y && !x:
		return 1
	}
	return compareCost(a, b)
}

// cheapestSingle is what the cheapest feasible single home costs, in USD a month; without one there is no bound.
func (s *search) cheapestSingle() float64 {
	if best := cheapest(s.found(func(*Candidate) bool { return true })); best != nil {
		return best.Monthly.Float64()
	}
	return math.Inf(1)
}

// sizeHybrid finds the cheapest number of base nodes with the least warm
// overflow, or with one more where that is too little. It returns nil for what is not worth a climb.
func (e *evaluator) sizeHybrid(ctx context.Context, p *pairing, bound float64) (*Candidate, error) {
	n, ok := p.start(bound)
	if !ok {
		return nil, nil
	}
	step := 1
	for 4*step*step <= n { // the best number strays from the mean load by about its root
		step *= 2
	}
	c, err := e.descend(ctx, p, n, step, bound)
	if err != nil || c.suffices() || p.warm >= p.overflow.max {
		return withinReach(c, bound), err
	}
	warmer := *p
	warmer.warm++
	again, err := e.descend(ctx, &warmer, n, step, bound)
	if err == nil && !again.suffices() {
		again = c
	}
	return withinReach(again, bound), err
}

// withinReach drops a hybrid that other settings will hardly make cheaper than the bound, or feasible where a single
// home is.
func withinReach(c *Candidate, bound float64) *Candidate {
	if c == nil || !c.suffices() && !math.IsInf(bound, 1) || c.suffices() && c.Monthly.Float64() >= reach*bound {
		return nil
	}
	return c
}

// reach is how many times the bound a hybrid may cost before its settings are searched.
const reach = 1.3

// descend goes from a number of base nodes to the cheapest in its
// neighbourhood, in steps that halve. One more base node costs more and saves
// overflow, each less than the one before, so that there is one lowest cost (the newsvendor problem). Where
// objectives are missed it climbs, as the overflow's start-ups then matter less.
func (e *evaluator) descend(ctx context.Context, p *pairing, n, step int, bound float64) (*Candidate, error) {
	best, err := e.tryHybrid(ctx, p, n)
	if err != nil {
		return nil, err
	}
	for ; step > 0; step /= 2 {
		for moved := true; moved; {
			moved = false
			for _, next := range []int{best.size + step, best.size - step} {
				if next < p.min || next > p.max || p.floor(next) >= bound {
					continue
				}
				c, err := e.tryHybrid(ctx, p, next)
				if err != nil {
					return nil, err
				}
				if betterHybrid(c, best) {
					best, moved = c, true
					break
				}
			}
		}
	}
	return best, nil
}

// betterHybrid prefers what meets the objectives, then what costs less; where both miss them, more of the base.
func betterHybrid(a, b *Candidate) bool {
	switch x, y := a.suffices(), b.suffices(); {
	case x && y:
		return a.Monthly.Less(b.Monthly)
	case x || y:
		return x
	}
	return a.size > b.size
}

// confirmHybrids climbs the cheapest hybrid again, and what is cheapest then, until nothing new is. What does not stay below
// a bound is dropped.
func (s *search) confirmHybrids(ctx context.Context, at level, bound float64) error {
	at.opt.bound = bound
	for {
		best := cheapest(s.hybrids)
		if best == nil || len(s.unconfirmed(at.on, []*Candidate{best})) == 0 {
			return nil
		}
		again, err := at.on.climb(ctx, best, at.opt)
		if err != nil {
			return err
		}
		i := slices.Index(s.hybrids, best)
		s.hybrids[i] = again
		if again.climbed = true; again == best || !again.suffices() || again.Monthly.Float64() >= bound {
			s.hybrids = slices.Delete(s.hybrids, i, i+1)
		}
	}
}

// dropHybrids leaves out the hybrids that cost as much as a single home.
func (s *search) dropHybrids() {
	bound := s.cheapestSingle()
	s.hybrids = slices.DeleteFunc(s.hybrids, func(c *Candidate) bool { return c.Monthly.Float64() >= bound })
}
