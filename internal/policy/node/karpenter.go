package node

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Karpenter is the Karpenter node autoscaler on one node pool with one kind of
// node: it batches pending pods, gives back what is empty or can be packed
// closer, and replaces old nodes. Replacing a node by a cheaper kind is not part of it.
type Karpenter struct {
	// BatchIdle is how long no further pod must come for a batch of pending pods to close, BatchMax how long it stays open at the most.
	BatchIdle, BatchMax time.Duration
	// OnlyEmpty is the policy WhenEmpty; otherwise it is WhenEmptyOrUnderutilized.
	OnlyEmpty bool
	// ConsolidateAfter is how long no pod must have come to or gone from a node before it may go.
	ConsolidateAfter time.Duration
	// Budget is the share of the nodes, rounded up, that may be on their way out or in at once for nodes to be consolidated.
	Budget float64
	// ExpireAfter is the age at which a node is drained, whatever the budget; 0 is never.
	ExpireAfter time.Duration
}

// DefaultKarpenter returns the defaults of kubernetes-sigs/karpenter:pkg/apis/v1/nodepool.go and
// pkg/operator/options/options.go.
func DefaultKarpenter() Karpenter {
	return Karpenter{BatchIdle: time.Second, BatchMax: 10 * time.Second, Budget: 0.1, ExpireAfter: 720 * time.Hour}
}

// Fixed in kubernetes-sigs/karpenter:pkg/controllers/disruption: how often it
// looks for nodes to disrupt, and how long a plan must hold before it is carried out.
const (
	karpenterPoll       = 10 * time.Second
	karpenterValidation = 15 * time.Second
)

// KarpenterState is what Karpenter remembers. The zero value is a fresh start.
type KarpenterState struct {
	open        bool // a batch
	first, last time.Duration
	seen        int
	poll        time.Duration
	planned     []int // nodes by ID, to go at validAt if that still holds
	validAt     time.Duration
}

// Decide adds nodes for a closed batch of pending pods, and removes nodes. It
// updates the state; calls must come in order of time, one at each moment when pods become pending.
func (k Karpenter) Decide(state *KarpenterState, p Pool, now time.Duration) Decision {
	d := Decision{Add: k.provision(state, p, now)}
	if len(state.planned) > 0 && now >= state.validAt {
		d.Remove = k.carryOut(state, p, now)
	} else if now >= state.poll && len(state.planned) == 0 {
		d.Remove = k.expired(p, now)
		if state.planned = ids(p, k.consolidate(p, now)); len(state.planned) > 0 {
			state.validAt = now + karpenterValidation
		}
		state.poll = now + karpenterPoll
	}
	d.Next = state.poll
	if len(state.planned) > 0 {
		d.Next = state.validAt
	}
	if state.open {
		d.Next = min(d.Next, k.closes(state))
	}
	return d
}

// provision keeps the batch and returns the nodes to ask for when it closes.
// What a batch could not place, for want of quota, opens the next one at a poll.
func (k Karpenter) provision(state *KarpenterState, p Pool, now time.Duration) int {
	missing := p.Missing()
	waiting := p.Pending + missing // the pods of spare nodes wait, too
	switch {
	case missing == 0:
		state.open, state.seen = false, 0
		return 0
	case !state.open && (waiting != state.seen || now >= state.poll):
		state.open, state.first, state.last = true, now, now
	case state.open && waiting > state.seen:
		state.last = now
	}
	state.seen = waiting
	if !state.open || now < k.closes(state) {
		return 0
	}
	state.open = false
	return p.allowed(missing)
}

// closes is when the open batch closes.
func (k Karpenter) closes(state *KarpenterState) time.Duration {
	return min(state.last+k.BatchIdle, state.first+k.BatchMax)
}

func (k Karpenter) expired(p Pool, now time.Duration) []int {
	var list []int
	for i, n := range p.Nodes {
		if k.ExpireAfter > 0 && !n.Leaving && now-n.Asked >= k.ExpireAfter {
			list = append(list, i)
		}
	}
	return list
}

// consolidate plans which nodes go: the empty ones, or else as many of the least
// occupied as fit on the rest, within the budget.
func (k Karpenter) consolidate(p Pool, now time.Duration) []int {
	budget := int(math.Ceil(k.Budget * float64(len(p.Nodes))))
	var empty, used []int
	for i, n := range p.Nodes {
		switch {
		case n.Leaving || !n.Ready:
			budget--
		case now-n.Changed < k.ConsolidateAfter:
		case n.Pods == 0:
			empty = append(empty, i)
		default:
			used = append(used, i)
		}
	}
	if budget <= 0 || p.Pending > 0 {
		return nil
	}
	if n := min(len(empty), p.surplus()); n > 0 {
		return empty[:min(n, budget)]
	}
	if k.OnlyEmpty {
		return nil
	}
	return closer(p, used, budget)
}

// closer returns up to n of the nodes, those with the fewest pods first, whose pods fit on the rest.
func closer(p Pool, nodes []int, n int) []int {
	slices.SortStableFunc(nodes, func(i, j int) int { return cmp.Compare(p.Nodes[i].Pods, p.Nodes[j].Pods) })
	rest := newPacking(p)
	var list []int
	for _, i := range nodes {
		if len(list) == n || !rest.move(i, p.Nodes[i].Pods) {
			break
		}
		list = append(list, i)
	}
	return list
}

// carryOut removes the planned nodes that would be planned again.
func (k Karpenter) carryOut(state *KarpenterState, p Pool, now time.Duration) []int {
	var list []int
	for _, i := range k.consolidate(p, now) {
		if slices.Contains(state.planned, p.Nodes[i].ID) {
			list = append(list, i)
		}
	}
	state.planned, state.poll = nil, now+karpenterPoll
	slices.Sort(list)
	return list
}

func ids(p Pool, nodes []int) []int {
	list := make([]int, 0, len(nodes))
	for _, i := range nodes {
		list = append(list, p.Nodes[i].ID)
	}
	return list
}
