package simulate

// pendingReplica is a replica without a node.
type pendingReplica struct {
	instance int32
	refused  bool // the quota is reached
}

// await lets a replica wait for a node.
func (c *cluster) await(i int32) {
	c.instances[i].readyAt = never
	c.pending = append(c.pending, pendingReplica{instance: i})
}

// schedule puts pending replicas on nodes, in order of age, also on nodes that
// are starting. Without an autoscaler it asks for the nodes that are missing.
func (c *cluster) schedule(now int64) {
	placed := 0
	for _, p := range c.pending {
		onDemand := c.instances[p.instance].onDemand
		n := c.nodes.find(now, onDemand)
		if n == none && c.autoscaler == nil {
			n = c.ask(now, onDemand)
		}
		if n == none {
			break
		}
		c.bind(p.instance, n, now)
		placed++
	}
	if placed > 0 {
		c.pending = append(c.pending[:0], c.pending[placed:]...)
	}
	if c.autoscaler == nil {
		for c.nodes.empty < c.Nodes.Spare && c.ask(now, false) != none {
		}
	}
	c.refused()
}

// bind puts a replica on a node. It is metered from when the node comes, and starts when that is ready and has the image.
func (c *cluster) bind(i, n int32, now int64) {
	node := &c.nodes.list[n]
	comes := max(now, node.born)
	c.waited(i, comes)
	c.nodes.occupy(n, now)
	at := max(now, node.readyAt)
	if node.imageAt == unpulled {
		node.imageAt = at + int64(c.ImagePull)
	}
	at = max(at, node.imageAt) + draw(c.PodStartUp, c.startUps)
	in := &c.instances[i]
	in.node, in.born, in.readyAt = n, comes, at
	c.events.push(at, event{subject: i, kind: ready})
}

// waited counts the time for which a replica has no node, up to a time.
func (c *cluster) waited(i int32, until int64) {
	born := c.instances[i].born
	c.counts.PendingTime += roundUp(min(until, c.horizon)-min(born, c.horizon), 1)
}

// giveUpPending removes the newest pending replica of a kind, if there is one.
func (c *cluster) giveUpPending(now int64, onDemand bool) bool {
	for k := len(c.pending) - 1; k >= 0; k-- {
		i := c.pending[k].instance
		if c.instances[i].onDemand != onDemand {
			continue
		}
		c.pending = append(c.pending[:k], c.pending[k+1:]...)
		c.waited(i, now)
		c.remove(i, now)
		return true
	}
	return false
}

// refused counts the replicas that wait because the quota is reached, each once.
func (c *cluster) refused() {
	if len(c.pending) == 0 || !c.nodes.full() {
		return
	}
	for k := range c.pending {
		if p := &c.pending[k]; !p.refused {
			p.refused = true
			c.counts.InsufficientCapacity++
		}
	}
}
