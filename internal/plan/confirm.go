package plan

import (
	"context"
	"slices"
)

// confirm sizes again, on the whole workload or a much larger part of it, the offers that may be shown as
// best, where sizes were searched on a sample: up where the sample was too kind, down
// where it was too hard (it compresses the shape of the day, which is hard on
// autoscalers). What then wins is confirmed in turn, until nothing new does.
func (s *search) confirm(ctx context.Context) error {
	if s.quick == s.final {
		return nil
	}
	confirmed := map[*Candidate]bool{}
	for {
		var open []*Candidate
		for _, c := range s.winners() {
			if !confirmed[c] {
				open = append(open, c)
			}
		}
		if len(open) == 0 {
			return nil
		}
		again := make([][]*Candidate, len(open))
		err := s.parallel(ctx, len(open), func(ctx context.Context, i int) (err error) {
			again[i], err = s.final.confirm(ctx, s.groupOf(open[i]), open[i], s.quick)
			return err
		})
		if err != nil {
			return err
		}
		for i, list := range again {
			g := s.groupOf(open[i])
			for _, c := range list {
				g.replace(c)
				confirmed[c] = true
			}
		}
	}
}

// confirm climbs a candidate again, with the sample as a screen. Where no step from it is feasible, its family is sized
// again from the size found so far, and climbed from that; of a cluster all families of the offer, because an autoscaled
// one is sized from the fixed one.
func (e *evaluator) confirm(ctx context.Context, g *group, c *Candidate, sample *evaluator) ([]*Candidate, error) {
	opt := climbOptions{screen: []*evaluator{sample}}
	climbed, err := e.climb(ctx, c, opt)
	if err != nil || climbed.suffices() {
		return []*Candidate{climbed}, err
	}
	list, err := e.sizeAgain(ctx, g, c)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].suffices() {
			if list[i], err = e.climb(ctx, list[i], opt); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

func (e *evaluator) sizeAgain(ctx context.Context, g *group, c *Candidate) ([]*Candidate, error) {
	families := g.families
	if c.Side == SideServerless {
		families = []*family{c.family}
	}
	again := &group{}
	for _, f := range families {
		hinted := *f
		if c := g.candidateOf(f); c != nil {
			hinted.hint = c.size
		}
		again.families = append(again.families, &hinted)
	}
	if err := e.searchGroup(ctx, again); err != nil {
		return nil, err
	}
	for _, c := range again.candidates {
		c.family = families[slices.Index(again.families, c.family)]
	}
	return again.candidates, nil
}

func (g *group) candidateOf(f *family) *Candidate {
	for _, c := range g.candidates {
		if c.family == f {
			return c
		}
	}
	return nil
}

// replace puts a candidate in the place of the one of the same family, if there is one.
func (g *group) replace(c *Candidate) {
	if old := g.candidateOf(c.family); old != nil {
		g.candidates[slices.Index(g.candidates, old)] = c
		return
	}
	g.candidates = append(g.candidates, c)
}

// winners are the candidates that the verdict shows.
func (s *search) winners() []*Candidate {
	var list []*Candidate
	add := func(c *Candidate) {
		if c != nil && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	best := cheapest(s.found(func(*Candidate) bool { return true }))
	add(best)
	if best != nil {
		add(cheapest(s.found(func(c *Candidate) bool { return c.Offer != best.Offer })))
	}
	for _, side := range []Side{SideCluster, SideServerless} {
		add(cheapest(s.found(func(c *Candidate) bool { return c.Side == side })))
	}
	return list
}
