package plan

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"fulcrum.dev/fulcrum/internal/catalog"
)

// roundSize is how many groups are searched before looking again at which of
// the others can still win. It is fixed, so that the result does not depend on the number of workers.
const roundSize = 8

// searchAll searches the groups cheapest floor first, in rounds, and leaves out
// those that can neither be the best of their side nor the runner-up.
func (s *search) searchAll(ctx context.Context) error {
	s.progress.expect(len(s.groups))
	for start := 0; start < len(s.groups); {
		var round []*group
		for ; start < len(s.groups) && len(round) < roundSize; start++ {
			if g := s.groups[start]; s.promising(g) {
				round = append(round, g)
			} else {
				s.progress.step()
			}
		}
		err := s.parallel(ctx, len(round), func(ctx context.Context, i int) error {
			defer s.progress.step()
			return s.quick.searchGroup(ctx, round[i])
		})
		if err != nil {
			return err
		}
		if err := s.polishWinners(ctx); err != nil {
			return err
		}
		if err := s.answer(ctx); err != nil {
			return err
		}
	}
	return nil
}

// parallel runs n jobs on the input's workers.
func (s *search) parallel(ctx context.Context, n int, job func(context.Context, int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, s.in.Workers))
	for i := range n {
		g.Go(func() error { return job(ctx, i) })
	}
	return g.Wait()
}

// searchGroup sizes every family of an offer.
func (e *evaluator) searchGroup(ctx context.Context, g *group) error {
	g.candidates, g.searched = nil, true
	var fixed, fuller *Candidate
	for _, f := range g.families {
		if skip, err := e.noBetter(ctx, f, fuller); skip || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		sized := *f // most and ceiling depend on the workload
		if f.elastic && fixed != nil {
			if !fixed.suffices() || fixed.size <= f.min {
				continue // autoscaling only ever saves replicas
			}
			sized.max, sized.ceiling = fixed.size-1, min(2*fixed.size+2, f.max)
		}
		c, err := e.size(ctx, &sized)
		if err != nil {
			return err
		}
		c.family = f
		if !f.elastic {
			fixed = c
		}
		if c.Kind == catalog.KindContainer && c.suffices() && (fuller == nil || c.Monthly.Less(fuller.Monthly)) {
			fuller = c
		}
		g.candidates = append(g.candidates, c)
	}
	return nil
}

// promising reports whether a group could still be the best of its side or the runner-up.
func (s *search) promising(g *group) bool {
	side := sideOf(g.families[0].offer.Kind)
	ofSide := cheapest(s.found(func(c *Candidate) bool { return c.Side == side }))
	best := cheapest(s.found(func(*Candidate) bool { return true }))
	if ofSide == nil || best == nil {
		return true
	}
	second := cheapest(s.found(func(c *Candidate) bool { return c.Offer != best.Offer }))
	if second == nil {
		return true
	}
	return g.floor.Less(ofSide.Monthly) || g.floor.Less(second.Monthly)
}

// found returns the feasible candidates so far that pass a test.
func (s *search) found(keep func(*Candidate) bool) []*Candidate {
	var list []*Candidate
	for _, g := range s.groups {
		for _, c := range g.candidates {
			if c.Status == Feasible && keep(c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// cheapest returns the candidate with the least monthly cost, the first of equals, or nil.
func cheapest(list []*Candidate) *Candidate {
	if len(list) == 0 {
		return nil
	}
	return slices.MinFunc(list, compareCost)
}

func compareCost(a, b *Candidate) int { return a.Monthly.Cmp(b.Monthly.Decimal) }
