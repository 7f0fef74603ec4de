package node

import "time"

// View is one node as a node autoscaler sees it.
type View struct {
	// ID tells the node from all others of the pool, also from earlier ones.
	ID int
	// Pods are those on the node, and those that are given to it while it starts.
	Pods int
	// Ready says that the node can run pods.
	Ready bool
	// Leaving says that the node takes no more pods and goes when it is empty.
	Leaving bool
	// Asked is when the node was asked for.
	Asked time.Duration
	// Changed is when the node became ready, or when a pod last came or went.
	Changed time.Duration
}

// Pool is a snapshot of like nodes for like pods.
type Pool struct {
	Nodes []View
	// Pending are the pods that no node has room for.
	Pending int
	// PerNode is how many pods a node has room for, at least 1.
	PerNode int
	// Max is the quota of nodes; 0 is none.
	Max int
	// Spare is how many nodes are kept empty: low-priority pods hold their place, and give way to others.
	Spare int
}

// Decision is what a node autoscaler does.
type Decision struct {
	// Add is the number of nodes to ask for.
	Add int
	// Remove are indices into Pool.Nodes, ascending: to be drained and given back.
	Remove []int
	// Next is when to decide again, later than now. Deciding earlier does no harm.
	Next time.Duration
}

// Missing returns how many nodes the pending pods and the spare nodes need
// beyond those there are and those that start, whatever the quota.
func (p Pool) Missing() int {
	pods, empty := p.Pending, 0
	for _, n := range p.Nodes {
		switch {
		case n.Leaving:
		case n.Pods == 0:
			empty++
		default:
			pods -= p.PerNode - n.Pods
		}
	}
	nodes := 0
	if pods > 0 {
		nodes = (pods + p.PerNode - 1) / p.PerNode
	}
	return max(0, nodes+p.Spare-empty)
}

// allowed is what the quota leaves of a number of new nodes.
func (p Pool) allowed(nodes int) int {
	if p.Max > 0 {
		nodes = min(nodes, p.Max-len(p.Nodes))
	}
	return max(0, nodes)
}

// surplus is how many ready nodes are empty beyond the spare ones.
func (p Pool) surplus() int {
	empty := 0
	for _, n := range p.Nodes {
		if n.Pods == 0 && n.Ready && !n.Leaving {
			empty++
		}
	}
	return max(0, empty-p.Spare)
}

// packing is where the pods of nodes that go may move to: the room of the ready
// nodes that have pods and stay. It belongs to one decision.
type packing struct {
	room []int // by node; 0 for those that take none
	free int   // of those that stay, after the moves
}

func newPacking(p Pool) *packing {
	k := &packing{room: make([]int, len(p.Nodes))}
	for i, n := range p.Nodes {
		if n.Ready && !n.Leaving && n.Pods > 0 {
			k.room[i] = p.PerNode - n.Pods
			k.free += k.room[i]
		}
	}
	return k
}

// move takes node i out with its pods if the others have room for them. As pods
// are alike, a set of nodes can go exactly when its pods are at most the room of the rest.
func (k *packing) move(i, pods int) bool {
	if k.free-k.room[i] < pods {
		return false
	}
	k.free -= k.room[i] + pods
	return true
}
