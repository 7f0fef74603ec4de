package plan

import (
	"context"
	"math"
	"slices"
)

// searchHybrids sizes the hybrids that can cost less than the cheapest single
// home, where homes of both sides are wanted.
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
	s.hybrids = compact(found...)
	return err
}

// cheapestSingle is what the cheapest feasible single home costs, in USD a month; without one there is no bound.
func (s *search) cheapestSingle() float64 {
	if best := cheapest(s.found(func(*Candidate) bool { return true })); best != nil {
		return best.Monthly.Float64()
	}
	return math.Inf(1)
}

// sizeHybrid finds the cheapest number of base nodes with the least warm
// overflow, or with one more where that is too little. It returns nil when none meets the objectives or is cheaper than the bound.
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
	if err != nil || c != nil || p.warm >= p.overflow.most {
		return c, err
	}
	warmer := *p
	warmer.warm++
	return e.descend(ctx, &warmer, n, step, bound)
}

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
				if next < p.least || next > p.most || p.floor(next) >= bound {
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
	if !best.suffices() || best.Monthly.Float64() >= bound {
		return nil, nil
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

// confirmHybrids sizes the cheapest hybrid again where sizes were searched on a
// sample, and what is cheapest then, until nothing new is or the single homes are cheaper.
func (s *search) confirmHybrids(ctx context.Context) error {
	bound := s.cheapestSingle()
	confirmed := map[*Candidate]bool{}
	for s.quick != s.final {
		best := cheapest(s.hybrids)
		if best == nil || confirmed[best] {
			break
		}
		again, err := s.final.descend(ctx, best.pairing, best.size, 1, bound)
		if err != nil {
			return err
		}
		i := slices.Index(s.hybrids, best)
		s.hybrids = slices.Delete(s.hybrids, i, i+1)
		if again != nil {
			s.hybrids = slices.Insert(s.hybrids, i, again)
			confirmed[again] = true
		}
	}
	s.hybrids = slices.DeleteFunc(s.hybrids, func(c *Candidate) bool { return c.Monthly.Float64() >= bound })
	return nil
}
