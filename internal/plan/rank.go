package plan

import (
	"slices"

	"fulcrum.dev/fulcrum/internal/unit"
)

// rank fills the plan's candidates and picks the winners.
func (s *search) rank() {
	p := s.plan
	for _, g := range s.groups {
		if !g.searched {
			g.candidates = dominated(g)
		}
		p.Candidates = append(p.Candidates, g.candidates...)
	}
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
}

func statusRank(s Status) int { return slices.Index([]Status{Feasible, Dominated, Infeasible}, s) }

// dominated lists the families of a group that was not searched, with their floors.
func dominated(g *group) []*Candidate {
	var list []*Candidate
	for _, f := range g.families {
		list = append(list, &Candidate{
			Offer: f.offer.ID, Provider: f.offer.Provider, PriceClass: f.offer.PriceClass, Region: f.offer.Region,
			Kind: f.offer.Kind, Side: sideOf(f.offer.Kind), Variant: f.variant, Settings: f.with(f.least),
			Status: Dominated, Monthly: unit.USD(f.floor.Decimal), family: f,
		})
	}
	return list
}
