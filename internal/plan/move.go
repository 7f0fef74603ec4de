package plan

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
)

// move is one setting of one part of an arrangement that a climb may change.
type move struct {
	name string
	part int
	// more is the direction of more capacity; 0 where the setting is none of capacity.
	more int
	// patience is how many steps without a gain are taken before giving up, where the cost can rise before it falls.
	patience int
	// erratic says that beyond a step that misses the objectives another may meet them.
	erratic bool
	// to returns the part's settings a number of steps away; false where there are none.
	to func(steps int) (v1alpha1.Home, bool)
}

// standing is one part of an arrangement as moves see it.
type standing struct {
	spec   *v1alpha1.ModelSpec
	family *family
	// chosen are the settings before defaults, at is what became of them.
	chosen v1alpha1.Home
	at     arrange.Arrangement
	// peak and mean are of the replicas, instances or environments that ran at once.
	peak int
	mean float64
	// monthly is what the part costs, hour what one replica or instance costs an hour, in USD.
	monthly, hour float64
	// base says that the part is the base of a hybrid.
	base bool
}

// moves are the settings of an arrangement that can be changed, part by part.
func (e *evaluator) moves(c *Candidate) []move {
	var list []move
	for i, s := range e.standings(c) {
		for _, m := range s.moves() {
			m.part = i
			list = append(list, m)
		}
	}
	return list
}

func (s standing) moves() []move {
	switch {
	case s.at.Home.Cluster != nil && s.base:
		return s.baseMoves()
	case s.at.Home.Cluster != nil:
		return s.clusterMoves()
	case s.at.Home.Function != nil:
		return s.functionMoves()
	}
	return s.containerMoves()
}

func (e *evaluator) standings(c *Candidate) []standing {
	families := []*family{c.family}
	if c.pairing != nil {
		families = []*family{c.pairing.base, c.pairing.overflow}
	}
	var list []standing
	for i, p := range c.placements() {
		s := standing{
			spec: e.spec, family: families[i], chosen: c.chosen[i], at: p.arrangement, peak: c.Outcome.PeakLive, mean: c.Outcome.MeanLive,
			monthly: p.Monthly.Float64(), hour: p.HourlyPrice.Float64(),
		}
		if c.pairing != nil {
			s.peak, s.mean, s.base = c.Outcome.Homes[i].PeakLive, c.Outcome.Homes[i].MeanLive, i == 0
		}
		list = append(list, s)
	}
	return list
}

// whole is a move of a whole number within bounds.
func whole(name string, at, low, high int, set func(n int) v1alpha1.Home) move {
	return move{name: name, more: 1, to: func(steps int) (v1alpha1.Home, bool) {
		n := at + steps
		if n < low || n > high {
			return v1alpha1.Home{}, false
		}
		return set(n), true
	}}
}

// number is the one that a family leaves open: replicas, minimum instances or provisioned environments.
func number(p *Placement) int {
	switch {
	case p.arrangement.Home.Cluster != nil && p.arrangement.Home.Cluster.Autoscaler != nil:
		return p.arrangement.Home.Cluster.Autoscaler.Min
	case p.arrangement.Home.Cluster != nil:
		return p.arrangement.Home.Cluster.Replicas
	case p.arrangement.Home.Function != nil:
		return p.arrangement.Home.Function.Provisioned
	}
	return p.arrangement.Home.Container.Min
}

// variant names the way to run an offer that settings are; "" leaves the family's own name.
func variant(p *Placement) string {
	s := p.Settings
	switch {
	case s.Container != nil:
		return fmt.Sprintf("concurrency %d", s.Container.Concurrency)
	case s.Function != nil:
		return functionVariant(s.Function.Memory, s.Function.SnapStart)
	case len(s.Cluster.Schedule) > 0:
		return ""
	case s.Cluster.Autoscaler != nil:
		return s.Cluster.Autoscaler.Kind()
	}
	return "fixed"
}
