package plan

import "slices"

// rank fills the plan's candidates and picks the winners.
func (s *search) rank() error {
	p := s.plan
	p.Candidates = nil
	for _, g := range s.groups {
		list := g.candidates
		if !g.searched {
			list = dominated(g)
		}
		p.Candidates = append(p.Candidates, list...)
	}
	p.Candidates = append(p.Candidates, s.hybrids...)
	slices.SortStableFunc(p.Candidates, func(a, b *Candidate) int {
		if r := statusRank(a.Status) - statusRank(b.Status); r != 0 {
			return r
		}
		return compareCost(a, b)
	})
	p.Best = cheapest(s.found(func(*Candidate) bool { return true }))
	p.BestCluster = cheapest(s.found(func(c *Candidate) bool { return c.Side == SideCluster }))
	p.BestServerless = cheapest(s.found(func(c *Candidate) bool { return c.Side == SideServerless }))
	if p.Best != nil {
		p.RunnerUp = cheapest(s.found(func(c *Candidate) bool { return c.Offer != p.Best.Offer }))
	}
	feasible := slices.DeleteFunc(slices.Clone(s.hybrids), func(c *Candidate) bool { return c.Status != Feasible })
	if p.BestHybrid = cheapest(feasible); p.BestHybrid != nil && isWorthIt(p.BestHybrid, p.Best) {
		p.Best, p.RunnerUp = p.BestHybrid, p.Best
	}
	for _, c := range p.Candidates {
		if err := c.estimate(); err != nil {
			return err
		}
	}
	return nil
}

// hybridMargin is what a hybrid must save over the best single home to be the
// verdict. Two platforms are deployed to, watched and understood when something breaks, at a price that no bill shows;
// the share is a judgement.
const hybridMargin = 0.05

func isWorthIt(hybrid, single *Candidate) bool {
	return single == nil || hybrid.Monthly.Float64() <= (1-hybridMargin)*single.Monthly.Float64()
}

func statusRank(s Status) int { return slices.Index([]Status{Feasible, Dominated, Infeasible}, s) }

// dominated lists the families of a group that was not searched, with their floors.
func dominated(g *group) []*Candidate {
	var list []*Candidate
	for _, f := range g.families {
		c := &Candidate{Placement: placementOn(f.offer, f.with(f.min)), Side: sideOf(f.offer.Kind), Variant: f.variant, Status: Dominated, family: f}
		c.Monthly = f.floor
		list = append(list, c)
	}
	return list
}
