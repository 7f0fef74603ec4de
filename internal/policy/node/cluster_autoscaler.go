package node

import (
	"cmp"
	"slices"
	"time"
)

// ClusterAutoscaler is the Kubernetes Cluster Autoscaler on one node group.
// After a node that never got ready it asks again at its next scan, without the original's back-off.
type ClusterAutoscaler struct {
	// ScanInterval is the time between two decisions.
	ScanInterval time.Duration
	// UnneededTime is how long a node must be unneeded before it goes.
	UnneededTime time.Duration
	// DelayAfterAdd is how long after adding nodes none go.
	DelayAfterAdd time.Duration
	// UtilizationThreshold is the share of a node's room below which it is unneeded if its pods fit elsewhere.
	UtilizationThreshold float64
	// ProvisionTimeout is how long a node may take to be ready.
	ProvisionTimeout time.Duration
}

// DefaultClusterAutoscaler returns the defaults of
// kubernetes/autoscaler:cluster-autoscaler/config/flags/flags.go.
func DefaultClusterAutoscaler() ClusterAutoscaler {
	return ClusterAutoscaler{
		ScanInterval: 10 * time.Second, UnneededTime: 10 * time.Minute, DelayAfterAdd: 10 * time.Minute,
		UtilizationThreshold: 0.5, ProvisionTimeout: 15 * time.Minute,
	}
}

// At most so many nodes go at once, and so many of them with pods: the flags
// max-scale-down-parallelism and max-drain-parallelism.
const (
	clusterAutoscalerRemovals = 10
	clusterAutoscalerDrains   = 1
)

// ClusterAutoscalerState is what the autoscaler remembers. The zero value is a fresh start.
type ClusterAutoscalerState struct {
	next     time.Duration
	added    time.Duration
	hasAdded bool
	unneeded map[int]time.Duration // by node: since when
}

// Decide adds nodes for pending pods, or removes nodes that have been unneeded for long enough
// (kubernetes/autoscaler:cluster-autoscaler/core/static_autoscaler.go, core/scaledown). It updates
// the state; calls must come in order of time.
func (a ClusterAutoscaler) Decide(state *ClusterAutoscalerState, p Pool, now time.Duration) Decision {
	if now < state.next {
		return Decision{Next: state.next}
	}
	state.next = now + a.ScanInterval
	d := Decision{Next: state.next, Remove: a.failed(p, now)}
	if d.Add = p.allowed(p.Missing()); d.Add > 0 {
		state.added, state.hasAdded = now, true
		return d
	}
	unneeded := a.unneeded(p)
	state.keep(p, unneeded, now)
	if !state.hasAdded || now-state.added >= a.DelayAfterAdd {
		d.Remove = append(d.Remove, a.due(state, p, unneeded, now)...)
		slices.Sort(d.Remove)
	}
	return d
}

// failed are the nodes that did not get ready in time.
func (a ClusterAutoscaler) failed(p Pool, now time.Duration) []int {
	var list []int
	for i, n := range p.Nodes {
		if !n.Ready && !n.Leaving && now-n.Asked > a.ProvisionTimeout {
			list = append(list, i)
		}
	}
	return list
}

// unneeded are the nodes that could go, the emptiest first: the empty ones
// beyond the spare ones, and those below the threshold whose pods fit on the rest.
func (a ClusterAutoscaler) unneeded(p Pool) []int {
	var candidates, list []int
	for i, n := range p.Nodes {
		if n.Ready && !n.Leaving && float64(n.Pods) < a.UtilizationThreshold*float64(p.PerNode) {
			candidates = append(candidates, i)
		}
	}
	slices.SortStableFunc(candidates, func(i, j int) int { return cmp.Compare(p.Nodes[i].Pods, p.Nodes[j].Pods) })
	rest, empty := newPacking(p), p.surplus()
	for _, i := range candidates {
		if pods := p.Nodes[i].Pods; pods == 0 {
			if empty--; empty >= 0 {
				list = append(list, i)
			}
		} else if rest.move(i, pods) {
			list = append(list, i)
		}
	}
	return list
}

// keep starts the clock of nodes that have become unneeded and forgets those that are needed again.
func (s *ClusterAutoscalerState) keep(p Pool, unneeded []int, now time.Duration) {
	kept := make(map[int]time.Duration, len(unneeded))
	for _, i := range unneeded {
		id := p.Nodes[i].ID
		since, ok := s.unneeded[id]
		if !ok {
			since = now
		}
		kept[id] = since
	}
	s.unneeded = kept
}

// due are the unneeded nodes whose time is up, within the bounds on how many go at once.
func (a ClusterAutoscaler) due(state *ClusterAutoscalerState, p Pool, unneeded []int, now time.Duration) []int {
	removals, drains := clusterAutoscalerRemovals, clusterAutoscalerDrains
	for _, n := range p.Nodes {
		if n.Leaving {
			removals--
			drains--
		}
	}
	var list []int
	for _, i := range unneeded {
		n := p.Nodes[i]
		if now-state.unneeded[n.ID] < a.UnneededTime || removals <= 0 || n.Pods > 0 && drains <= 0 {
			continue
		}
		if removals--; n.Pods > 0 {
			drains--
		}
		list = append(list, i)
	}
	return list
}
