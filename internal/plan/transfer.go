package plan

import (
	"context"
	"slices"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// transferred is how many other offers the settings of the best of a side are tried on.
const transferred = 12

// transfer tries the settings of an arrangement on the offers of others of its kind, and returns the cheapest that is
// feasible and cheaper, or the arrangement itself. A climb goes from the settings that an offer was sized to; those that
// another one was climbed to may be better for it, too, and on the same hardware cost nothing to try.
func (e *evaluator) transfer(ctx context.Context, best *Candidate, others []*Candidate) (*Candidate, error) {
	if len(best.chosen) != 1 || !best.family.open() {
		return best, nil
	}
	start := best
	for _, other := range others {
		if other.Kind != start.Kind || other.family == start.family || len(other.chosen) != 1 || !other.family.open() {
			continue
		}
		home := start.chosen[0]
		home.Offer, home.PriceClass, home.Region = other.chosen[0].Offer, other.chosen[0].PriceClass, other.chosen[0].Region
		homes := []v1alpha1.Home{home}
		l, ok := e.layoutFor(other, homes)
		if !ok || checkQuota(e.spec, l.parts[0]) != nil || checkIdleHold(e.spec, l.parts[0]) != nil {
			continue
		}
		if floor, err := e.floorOf(l); err != nil || floor >= best.Monthly.Float64() {
			continue
		}
		c, err := e.candidateOn(ctx, other, l, homes)
		if err != nil {
			return nil, err
		}
		if c.Status == Feasible && c.Monthly.Less(best.Monthly) {
			best = c
		}
	}
	return best, nil
}

// open reports whether the user gave none of the settings.
func (f *family) open() bool {
	return !f.exact && f.given.Cluster == nil && f.given.Function == nil && f.given.Container == nil
}

// transferBest tries the settings of the best of each side on its other offers.
func (s *search) transferBest(ctx context.Context) error {
	for _, side := range []Side{SideCluster, SideServerless} {
		best := cheapest(s.found(func(c *Candidate) bool { return c.Side == side }))
		if best == nil {
			continue
		}
		var others []*Candidate
		for _, g := range s.groups {
			if g.searched && g.floor.Less(best.Monthly) && sideOf(g.families[0].offer.Kind) == side {
				others = append(others, g.like(best))
			}
		}
		others = compact(others...)
		slices.SortStableFunc(others, func(a, b *Candidate) int { return a.family.floor.Cmp(b.family.floor.Decimal) })
		c, err := s.quick.transfer(ctx, best, others[:min(transferred, len(others))])
		if err != nil {
			return err
		}
		if c != best {
			s.groupWith(c.family).replace(c)
		}
	}
	return s.polishWinners(ctx)
}

// like is the candidate of a group that is run in the way of another, or nil.
func (g *group) like(c *Candidate) *Candidate {
	i := slices.IndexFunc(g.candidates, func(own *Candidate) bool {
		return own.family != nil && own.family.elastic == c.family.elastic && own.Kind == c.Kind
	})
	if i < 0 {
		return nil
	}
	return g.candidates[i]
}
