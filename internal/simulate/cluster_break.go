package simulate

// breakOff takes the requests out of the replicas on a node and keeps them for comeBack.
func (c *cluster) breakOff(n int32, now int64) {
	for _, i := range c.members {
		if in := &c.instances[i]; in.batch != nil && in.busy > 0 {
			in.batch.breakOff(c.server, now)
		}
	}
	c.markFree()
	for id := range c.slab {
		j := &c.slab[id]
		if c.vacant[id] || j.home != c.index || j.instance < 0 || c.instances[j.instance].node != n {
			continue
		}
		c.release(j.instance, now)
		j.instance, j.leaving = none, false
		c.broken = append(c.broken, int32(id))
	}
}

// markFree notes which numbers of the slab belong to no request. It takes as
// long as the slab, which is little for as rare a thing as the end of a node.
func (c *cluster) markFree() {
	c.vacant = append(c.vacant[:0], make([]bool, len(c.slab))...)
	for _, id := range c.jobs.free {
		c.vacant[id] = true
	}
}

// comeBack starts the requests that were broken off again at the home, or hands
// them to their callers.
func (c *cluster) comeBack(now int64) {
	spot := c.Nodes.Spot
	for _, id := range c.broken {
		c.counts.BrokenOff += c.within(now)
		j := &c.slab[id]
		if spot == nil || !spot.Restart || j.gone {
			c.refuse(now, id)
			continue
		}
		if step := int64(spot.Checkpoint); step > 0 && c.batch == nil {
			j.service -= (now - j.since) / step * step
		}
		j.run++
		j.since = now
		c.arrive(now, id)
	}
	c.broken = c.broken[:0]
}
