package plan

import (
	"math"
	"math/bits"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// withCluster returns settings with a changed copy of the cluster's.
func withCluster(h v1alpha1.Home, set func(*v1alpha1.ClusterHome)) v1alpha1.Home {
	c := *h.Cluster
	set(&c)
	h.Cluster = &c
	return h
}

// clusterMoves are those of a cluster by itself: fixed replicas, or the settings of an HPA that the user did not give.
func (s standing) clusterMoves() []move {
	given := v1alpha1.ClusterHome{}
	if s.family.given.Cluster != nil {
		given = *s.family.given.Cluster
	}
	switch {
	case s.family.exact:
		return nil
	case given.Autoscaler != nil || len(given.Schedule) > 0:
		return []move{s.replicas()}
	case s.at.Home.Cluster.Autoscaler != nil:
		return s.hpaMoves()
	case s.at.Offer.Commitment():
		return []move{s.replicas()}
	}
	return []move{s.replicas(), s.autoscaled(0), s.autoscaled(s.at.Home.Cluster.Replicas + 2)}
}

// replicas moves the number that the family leaves open, whatever scales it.
func (s standing) replicas() move {
	m := whole("replicas", s.replicasNow(), s.family.min, s.family.max, s.family.with)
	m.patience = bits.Len(uint(s.at.Home.Cluster.ReplicasPerNode - 1)) // fewer replicas on as many nodes cost the same
	return m
}

func (s standing) replicasNow() int {
	if a := s.at.Home.Cluster.Autoscaler; a != nil {
		return a.Min
	}
	return s.at.Home.Cluster.Replicas
}

// autoscaled replaces fixed replicas by an HPA below them, which may add as many more above.
func (s standing) autoscaled(above int) move {
	n := s.at.Home.Cluster.Replicas
	return move{name: "autoscaler", to: func(steps int) (v1alpha1.Home, bool) {
		if steps > 0 || n+steps < s.family.min {
			return v1alpha1.Home{}, false
		}
		least := n + steps
		return withCluster(s.chosen, func(c *v1alpha1.ClusterHome) {
			c.Replicas, c.Autoscaler = &least, &v1alpha1.Autoscaler{Max: min(n+above, quotaOr(s.spec, s.at.Offer))}
		}), true
	}}
}

// hpaMoves are the settings of an HPA of the plan's own.
func (s standing) hpaMoves() []move {
	a := *s.chosen.Cluster.Autoscaler
	low, high := s.at.Home.Cluster.Autoscaler.Min, s.at.Home.Cluster.Autoscaler.Max
	reached := min(high, max(s.peak, low, 1)) // a maximum above the peak changes nothing
	target := s.at.Home.Cluster.Autoscaler.Target
	set := func(change func(*v1alpha1.Autoscaler, *v1alpha1.ClusterHome)) v1alpha1.Home {
		return withCluster(s.chosen, func(c *v1alpha1.ClusterHome) {
			own := a
			own.Max = high
			change(&own, c)
			c.Autoscaler = &own
		})
	}
	setMax := func(n int) v1alpha1.Home {
		return set(func(a *v1alpha1.Autoscaler, _ *v1alpha1.ClusterHome) { a.Max = n })
	}
	return []move{
		whole("min", low, s.family.min, high, func(n int) v1alpha1.Home {
			return set(func(_ *v1alpha1.Autoscaler, c *v1alpha1.ClusterHome) { c.Replicas = &n })
		}),
		s.maxMove(reached, high, low, setMax), s.maxByFractions(reached, high, low, setMax),
		{name: "target", more: -1, patience: 2, to: func(steps int) (v1alpha1.Home, bool) {
			t := round3(target * math.Pow(targetStep, float64(steps)))
			ok := t >= minTarget && t <= maxTarget*float64(s.at.Fit.Service.Slots())
			return set(func(a *v1alpha1.Autoscaler, _ *v1alpha1.ClusterHome) { a.TargetConcurrency = t }), ok
		}},
		{name: "autoscaler", to: func(steps int) (v1alpha1.Home, bool) {
			n := int(s.mean) // more fixed replicas than run on average cost more
			ok := steps == -1 && n >= s.family.min
			return withCluster(s.chosen, func(c *v1alpha1.ClusterHome) { c.Replicas, c.Autoscaler = &n, nil }), ok
		}},
	}
}

const (
	// targetStep is the factor between neighbouring targets of an HPA.
	targetStep = 1.25
	minTarget  = 0.05
	// maxTarget is in multiples of what a replica serves at once, of which all but one wait: more than any objective has room for.
	maxTarget = 100
)

// round3 keeps three significant digits, so that a target reads well.
func round3(x float64) float64 {
	if x <= 0 {
		return x
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-2)
	return math.Round(x/unit) * unit
}

// maxMove moves a maximum: down from what was reached, up from the maximum itself.
func (s standing) maxMove(reached, at, low int, set func(int) v1alpha1.Home) move {
	return move{name: "max", more: 1, patience: 2, to: func(steps int) (v1alpha1.Home, bool) {
		n := at + steps
		if steps < 0 {
			n = reached + steps
		}
		if n < max(1, low) || n > quotaOr(s.spec, s.at.Offer) {
			return v1alpha1.Home{}, false
		}
		return set(n), true
	}}
}

// maxByFractions tries a half, a third, a fifth, ... of the maximum, or where that changes nothing of what was reached, as the cost between may be higher than at
// both ends.
func (s standing) maxByFractions(reached, at, low int, set func(int) v1alpha1.Home) move {
	return move{name: "max by fractions", patience: 2, to: func(steps int) (v1alpha1.Home, bool) {
		if steps >= 0 {
			return v1alpha1.Home{}, false
		}
		n := at / (1 - steps)
		if n >= reached {
			n = reached / (1 - steps)
		}
		return set(n), n >= max(1, low) && n < at
	}}
}

// baseMoves are those of a hybrid's base: whole nodes, which are filled with replicas.
func (s standing) baseMoves() []move {
	if s.family.exact {
		return nil
	}
	perNode := s.at.Home.Cluster.ReplicasPerNode
	nodes := nodesFor(s.at, s.at.Home.Cluster.Replicas)
	low, high := nodesFor(s.at, s.family.min), nodesFor(s.at, s.family.max)
	return []move{whole("base nodes", nodes, low, high, func(n int) v1alpha1.Home {
		return s.family.with(min(n*perNode, s.family.max))
	})}
}
