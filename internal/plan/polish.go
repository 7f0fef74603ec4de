package plan

import (
	"context"
	"slices"
)

const (
	// challengeFactor is how many times what a place in the verdict costs a candidate may cost as sized to be climbed for it.
	challengeFactor = 4
	// challengers is how many candidates are climbed at once for a place; fixed, so that the result does not depend on the
	// number of workers.
	challengers = 4
)

// polishWinners climbs what would be shown now, and what wins then, until nothing new does.
func (s *search) polishWinners(ctx context.Context) error {
	for {
		open := slices.DeleteFunc(s.leaders(), func(c *Candidate) bool { return c.climbed })
		if len(open) == 0 {
			return nil
		}
		if err := s.polish(ctx, open, 0); err != nil {
			return err
		}
	}
}

// polishChallengers climbs the candidates that are not much dearer than what would be shown, the cheapest first, until
// a batch of them changes nothing.
func (s *search) polishChallengers(ctx context.Context) error {
	for _, side := range []Side{SideCluster, SideServerless} {
		for {
			before := s.shownCost(side)
			open := s.challengers(side, before)
			if before == 0 {
				open = s.nearest(side)
			}
			if len(open) == 0 {
				break
			}
			if err := s.polish(ctx, open, before); err != nil {
				return err
			}
			if s.shownCost(side) == before {
				break
			}
		}
	}
	return s.polishWinners(ctx)
}

// polishShown climbs what the table of alternatives shows, and what it shows then, until nothing new is in it.
func (s *search) polishShown(ctx context.Context) error {
	for {
		if err := s.rank(); err != nil {
			return err
		}
		open := slices.DeleteFunc(s.plan.Alternatives(), func(c *Candidate) bool { return c.climbed || c.Side == SideHybrid })
		if len(open) == 0 {
			return s.polishWinners(ctx)
		}
		if err := s.polish(ctx, open, 0); err != nil {
			return err
		}
	}
}

// markSized marks the feasible candidates that were not climbed, because they are too dear to be shown or the search was ended.
func (p *Plan) markSized() {
	for _, c := range p.Candidates {
		c.SizedOnly = c.Status == Feasible && !c.climbed && (c.pairing != nil || !c.family.exact)
	}
}

// sufficing are the candidates that meet every objective but the budget, which other settings may meet too.
func (s *search) sufficing(keep func(*Candidate) bool) []*Candidate {
	var list []*Candidate
	for _, g := range s.groups {
		for _, c := range g.candidates {
			if c.suffices() && keep(c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// leaders are what the verdict would show without a budget.
func (s *search) leaders() []*Candidate {
	best := cheapest(s.sufficing(func(*Candidate) bool { return true }))
	if best == nil {
		return nil
	}
	return compact(best, s.leader(func(c *Candidate) bool { return c.Offer != best.Offer }),
		s.leader(func(c *Candidate) bool { return c.Side == SideCluster }), s.leader(func(c *Candidate) bool { return c.Side == SideServerless }))
}

func (s *search) leader(keep func(*Candidate) bool) *Candidate { return cheapest(s.sufficing(keep)) }

// challengers are the cheapest candidates of a side that have not been climbed and can cost less than what is shown.
func (s *search) challengers(side Side, shown float64) []*Candidate {
	list := s.sufficing(func(c *Candidate) bool {
		return c.Side == side && !c.climbed && c.Monthly.Float64() < challengeFactor*shown && c.family.floor.Float64() < shown
	})
	slices.SortStableFunc(list, compareCost)
	return list[:min(challengers, len(list))]
}

// nearest are candidates of a side without a feasible one, from the one that can cost the least: other settings than were
// sized may do.
func (s *search) nearest(side Side) []*Candidate {
	var list []*Candidate
	for _, g := range s.groups {
		for _, c := range g.candidates {
			if c.Side == side && !c.climbed {
				list = append(list, c)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *Candidate) int { return a.family.floor.Cmp(b.family.floor.Decimal) })
	return list[:min(challengers, len(list))]
}

// shownCost is what a candidate of a side must stay below to be shown, in USD a month: the cost of the best of its side
// or of the runner-up, whichever is more; 0 where the side has none.
func (s *search) shownCost(side Side) float64 {
	leaders := s.leaders()
	if !slices.ContainsFunc(leaders, func(c *Candidate) bool { return c.Side == side }) {
		return 0
	}
	var cost float64
	for i, c := range leaders {
		if runnerUp := i == 1 && c.Offer != leaders[0].Offer; runnerUp || c.Side == side {
			cost = max(cost, c.Monthly.Float64())
		}
	}
	return cost
}

// polish climbs candidates on the sample and puts what comes out in their places. With a bound they must get below it.
func (s *search) polish(ctx context.Context, list []*Candidate, bound float64) error {
	groups, better := make([]*group, len(list)), make([]*Candidate, len(list))
	for i, c := range list {
		groups[i] = s.groupOf(c)
	}
	err := s.parallel(ctx, len(list), func(ctx context.Context, i int) (err error) {
		better[i], err = s.quick.climb(ctx, list[i], climbOptions{bound: bound})
		return err
	})
	if err != nil {
		return err
	}
	for i, c := range better {
		groups[i].climbed(list[i], c)
	}
	return nil
}

// climbed puts what a climb came to in the place of its start. An HPA that came of fixed replicas stands beside them,
// in the place of the offer's own HPA if it is cheaper.
func (g *group) climbed(start, end *Candidate) {
	start.climbed, end.climbed = true, true
	if !end.suffices() {
		return // the start was run to the end
	}
	if changesScaler(start, end) {
		end.family = g.otherScaler(start.family)
	}
	old := g.candidateOf(end.family)
	if old == nil || old == start || !old.suffices() || end.suffices() && end.Monthly.Less(old.Monthly) {
		g.replace(end)
	}
}

// otherScaler is the family of fixed replicas beside that of an HPA, and the other way round.
func (g *group) otherScaler(f *family) *family {
	for _, other := range g.families {
		if other.elastic != f.elastic {
			return other
		}
	}
	return f
}

func changesScaler(a, b *Candidate) bool {
	x, y := a.arrangement.Home.Cluster, b.arrangement.Home.Cluster
	return x != nil && y != nil && (x.Autoscaler == nil) != (y.Autoscaler == nil)
}
