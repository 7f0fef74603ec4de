package simulate

// NodeCounts is what went wrong with the nodes of a cluster, up to the end of the span.
type NodeCounts struct {
	// Interruptions are nodes that the provider took back, Losses those that crashed.
	Interruptions int64 `json:"interruptions,omitempty"`
	Losses        int64 `json:"losses,omitempty"`
	// BrokenOff counts the requests that were inside when their node went, each time.
	BrokenOff int64 `json:"brokenOff,omitempty"`
	// InsufficientCapacity counts the replicas that had to wait for a node because the quota was reached.
	InsufficientCapacity int64 `json:"insufficientCapacity,omitempty"`
	// PendingTime is how long replicas had no node, in replica x ms.
	PendingTime int64 `json:"pendingTime,omitempty"`
}

func (n NodeCounts) plus(o NodeCounts) NodeCounts {
	n.Interruptions += o.Interruptions
	n.Losses += o.Losses
	n.BrokenOff += o.BrokenOff
	n.InsufficientCapacity += o.InsufficientCapacity
	n.PendingTime += o.PendingTime
	return n
}

// nodeCounts closes the counts at the end of the span.
func (c *cluster) nodeCounts(span int64) NodeCounts {
	n := c.counts
	for _, p := range c.pending {
		n.PendingTime += roundUp(max(0, span-c.instances[p.instance].born), 1)
	}
	return n
}
