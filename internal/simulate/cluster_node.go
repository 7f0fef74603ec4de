package simulate

// begin sets up what is there at the start: nodes with the image and ready
// replicas as far as the quota allows, and the spare nodes.
func (c *cluster) begin() {
	c.replicas = c.Replicas
	for range c.Replicas + c.extra() {
		i := c.add(0)
		n := c.nodes.find(0, false)
		if n == none {
			n = c.open(0, 0, false)
		}
		if n == none {
			c.await(i)
			continue
		}
		c.nodes.occupy(n, 0)
		c.instances[i].node, c.nodes.list[n].imageAt = n, 0
		c.serve(i, 0)
	}
	for c.nodes.empty < c.Nodes.Spare && c.open(0, 0, false) != none {
	}
	c.refused()
	c.look(0)
}

// ask orders a node, which starts up when it comes; with a hedge, one on demand or on spot. It returns none at the quota.
func (c *cluster) ask(now int64, onDemand bool) int32 {
	if c.nodes.full() {
		return none
	}
	return c.open(now, draw(c.NodeStartUp, c.startUps), onDemand)
}

// open adds a node that is ready startUp nanoseconds after it comes; none at the quota.
func (c *cluster) open(now, startUp int64, onDemand bool) int32 {
	if c.nodes.full() {
		return none
	}
	fresh := clusterNode{asked: now, born: now}
	switch {
	case onDemand:
		fresh.onDemand = true
	case c.market != nil:
		fresh.born, fresh.onDemand = c.market.ask(now, c.nodes.onDemand)
	}
	fresh.readyAt = fresh.born + startUp
	n := c.nodes.add(fresh)
	at := &c.nodes.list[n]
	c.hazards.doom(at, c.Nodes)
	c.schedules(at.noticeAt, n, nodeNotice)
	c.schedules(at.lostAt, n, nodeLost)
	return n
}

func (c *cluster) schedules(at int64, n int32, kind eventKind) {
	if at != never {
		c.events.push(at, event{subject: n, kind: kind})
	}
}

// handleNode handles what happens to a node. Events of a node that has gone are
// stale: their time is not that of the node that has its place now.
func (c *cluster) handleNode(now int64, e event) {
	n := e.subject
	if e.kind == nodeLook {
		c.decide(now)
		return
	}
	at := &c.nodes.list[n]
	switch {
	case e.kind == nodeIdle:
		if c.nodes.idle(n, now, int64(c.NodeIdle)) {
			c.evict(n, now, false)
		}
	case !at.used:
	case e.kind == nodeNotice && at.noticeAt == now:
		c.interrupt(n, now)
	case e.kind == nodeGone && at.goneAt == now:
		c.evict(n, now, true)
	case e.kind == nodeLost && at.lostAt == now:
		c.counts.Losses += c.within(now)
		c.evict(n, now, true)
	}
}

// interrupt is the provider's notice.
func (c *cluster) interrupt(n int32, now int64) {
	c.counts.Interruptions += c.within(now)
	notice := int64(c.Nodes.Spot.Notice)
	if notice > 0 {
		c.nodes.list[n].goneAt = now + notice
		c.schedules(now+notice, n, nodeGone)
	}
	c.evict(n, now, notice == 0)
}

// within is 1 up to the end of the span, where metering ends, and 0 after it.
func (c *cluster) within(now int64) int64 {
	if now <= c.horizon {
		return 1
	}
	return 0
}

// emptied gives a node that has just run out of replicas back, now or later.
func (c *cluster) emptied(n int32, now int64) {
	switch {
	case c.nodes.list[n].leaving:
		c.nodes.giveBack(n, now, c.horizon, &c.metered)
	case c.autoscaler == nil:
		c.events.push(now+int64(c.NodeIdle), event{subject: n, kind: nodeIdle})
	}
}

// evict stops a node from taking replicas, and asks for others in place of those
// on it. They first finish the requests inside, or break them off where the node
// goes at once. The node is given back with its last replica.
func (c *cluster) evict(n int32, now int64, atOnce bool) {
	c.nodes.leave(n)
	if c.nodes.list[n].replicas == 0 {
		c.emptied(n, now)
		if c.autoscaler == nil {
			c.schedule(now) // a spare node is missing now
		}
		c.look(now)
		return
	}
	c.gather(n)
	replaced := 0
	for _, i := range c.members {
		in := &c.instances[i]
		if in.state == draining {
			continue
		}
		if in.state == serving {
			c.drain(i)
		}
		replaced++
		c.hedge.given(in)
	}
	if atOnce {
		c.breakOff(n, now)
	}
	for _, i := range c.members {
		if in := &c.instances[i]; in.state == starting || in.busy == 0 {
			c.end(i, now)
		}
	}
	if c.hedge != nil {
		c.rehedge(now)
	} else {
		c.replicas -= replaced
		for range replaced {
			c.grow(now)
		}
	}
	c.comeBack(now)
}

// gather collects the replicas on a node.
func (c *cluster) gather(n int32) {
	c.members = c.members[:0]
	for i := range c.instances {
		if in := &c.instances[i]; in.state != gone && in.node == n {
			c.members = append(c.members, int32(i))
		}
	}
}
