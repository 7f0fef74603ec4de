package simulate

import "fulcrum.dev/fulcrum/internal/platform"

// container is a Cloud-Run-like home: a request goes to the instance with the
// fewest inside, the most recently used of equals, so that surplus ones fall idle and are given back; those that
// find no room wait, and instances are started for them.
type container struct {
	*server
	platform.Container
	hold    int64
	metered platform.Metered
	// activeSince is when each instance last became active (asked for, or busy), by index.
	activeSince []int64
	active      int   // instances starting or with a request inside
	idleArea    area  // instances below the minimum that are not active, x ns
	activeAt    int64 // up to when idleArea is integrated
}

func newContainer(s *server, c platform.Container) *container {
	h := &container{server: s, Container: c, hold: int64(c.IdleHold)}
	for range c.Min {
		h.serve(h.begin(0), 0)
		h.activeSince[len(h.activeSince)-1] = inactive
		h.changeActive(-1, 0)
	}
	return h
}

// begin asks for an instance.
func (c *container) begin(now int64) int32 {
	i := c.add(now)
	for int(i) >= len(c.activeSince) {
		c.activeSince = append(c.activeSince, 0)
	}
	c.activeSince[i] = now
	c.changeActive(1, now)
	return i
}

// changeActive integrates the warm minimum that is without a request, then changes the count.
func (c *container) changeActive(by int, now int64) {
	if now = min(now, c.horizon); now > c.activeAt {
		c.idleArea += area(float64(max(0, c.Min-c.active)) * float64(now-c.activeAt))
		c.activeAt = now
	}
	c.active += by
}

func (c *container) arrive(now int64, id int32) {
	if i := c.leastBusy(); i != none {
		c.put(i, id, now)
		return
	}
	c.waiting.push(id)
	if c.waiting.len() > c.starting*int(c.slots) && c.live < c.Max {
		c.scheduleStart(now)
	}
}

// scheduleStart asks for an instance, ready after its start-up.
func (c *container) scheduleStart(now int64) {
	i := c.begin(now)
	at := now
	if c.StartUp != nil {
		at += int64(c.StartUp.Sample(c.startUps) * 1e9)
	}
	c.instances[i].readyAt = at
	c.events.push(at, event{subject: i, kind: ready})
}

// put gives a job to an instance with a free slot.
func (c *container) put(i, id int32, now int64) {
	if c.instances[i].busy == 0 && !c.isActive(i) {
		c.activeSince[i] = now
		c.changeActive(1, now)
	}
	c.start(i, id, now)
}

func (c *container) handle(now int64, e event) {
	i := e.subject
	switch e.kind {
	case completed:
		if i = c.complete(e, now); i == none {
			return
		}
	case boundary:
		if c.iterate(i, now) == 0 {
			return
		}
	case ready:
		c.serve(i, now)
		c.coldStarts += int64(min(c.waiting.len(), int(c.slots)))
	}
	c.feed(i, now)
	if c.instances[i].busy == 0 {
		c.rest(i, now)
	}
}

// feed fills an instance's free slots from the queue.
func (c *container) feed(i int32, now int64) {
	for c.waiting.len() > 0 && c.instances[i].busy < c.slots {
		id := c.waiting.pop()
		if c.QueueTimeout > 0 && now-c.slab[id].since > int64(c.QueueTimeout) {
			c.expire(now, id)
			continue
		}
		c.put(i, id, now)
	}
}

// rest closes the active time of an instance that has just run out of requests.
func (c *container) rest(i int32, now int64) {
	if active := min(now, c.horizon) - c.activeFrom(i); active > 0 {
		c.metered.ActiveTime += roundUp(active, int64(c.Step))
	}
	c.activeSince[i] = inactive
	c.changeActive(-1, now)
	if c.due == never {
		c.due = now + c.hold
	}
}

// inactive marks an instance that is ready and has no request inside.
const inactive = -1

func (c *container) isActive(i int32) bool { return c.activeSince[i] != inactive }

// activeFrom is when the current active time began for billing.
func (c *container) activeFrom(i int32) int64 {
	in := &c.instances[i]
	if !c.BootBilled && c.activeSince[i] < in.readyAt {
		return in.readyAt
	}
	return c.activeSince[i]
}

// tick gives back the instances beyond the minimum that have been idle long
// enough. The timer is when the longest idle one may be given back at the earliest.
func (c *container) tick(now int64) {
	for {
		i := c.longestIdle()
		if i == none || c.live <= c.Min {
			c.due = never // set again when an instance next runs out of requests
			return
		}
		if c.due = c.instances[i].idleSince + c.hold; c.due > now {
			return
		}
		c.bill(i, now)
		c.remove(i, now)
	}
}

// bill meters the life of an instance that ends now, up to the end of the span.
func (c *container) bill(i int32, now int64) {
	if life := min(now, c.horizon) - c.billedFrom(i); life > 0 {
		c.metered.InstanceTime += roundUp(max(life, int64(c.Minimum)), int64(c.Step))
	}
}

// billedFrom is when the billing of an instance's life begins.
func (c *container) billedFrom(i int32) int64 {
	if c.BootBilled {
		return c.instances[i].born
	}
	return c.instances[i].readyAt
}

// meter closes what is still alive at that time: the traffic is taken
// to go on, so that an instance's minimum is not charged for the cut.
func (c *container) meter(until int64) platform.Metered {
	m := c.metered
	for i := range c.instances {
		if c.instances[i].state == gone {
			continue
		}
		if life := until - c.billedFrom(int32(i)); life > 0 {
			m.InstanceTime += roundUp(life, int64(c.Step))
		}
		if active := c.activeFrom(int32(i)); c.isActive(int32(i)) && until > active {
			m.ActiveTime += roundUp(until-active, int64(c.Step))
		}
	}
	c.changeActive(0, until)
	m.IdleTime = roundUp(int64(c.idleArea), 1)
	return m
}
