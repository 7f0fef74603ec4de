package simulate

import (
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// container is a Cloud-Run-like home: a request goes to the instance with the
// fewest inside, the most recently used of equals, so that surplus ones fall idle and are given back; those that
// find no room wait, and instances are started for them.
type container struct {
	*server
	home.Container
	hold     int64
	least    int // the minimum that holds now
	schedule *scale.Schedule
	starts   bucket
	startDue bool         // a look at the bucket is on its way
	order    startedOrder // of the instances that are starting
	metered  home.Metered
	// activeSince is when each instance last became active (asked for, or busy), by index.
	activeSince []int64
	active      int   // instances starting or with a request inside
	idleArea    area  // instances below the minimum that are not active, x ns
	activeAt    int64 // up to when idleArea is integrated
}

func newContainer(s *server, c home.Container) *container {
	h := &container{
		server: s, Container: c, hold: int64(c.IdleHold), least: c.Min,
		starts: newBucket(c.Burst, int64(c.BurstPeriod)), order: startedOrder{newest: none},
	}
	if len(c.Schedule) > 0 {
		h.schedule, _ = scale.NewSchedule(monday, c.Schedule) // checkCapacity has checked it
		h.least = h.schedule.At(0).Min
		h.events.push(int64(scale.TargetTrackingPeriod), event{kind: decide})
	}
	for range h.least {
		h.warm(h.begin(0), 0)
		h.activeSince[len(h.activeSince)-1] = inactive
		h.changeActive(-1, 0)
	}
	return h
}

func (c *container) arrive(now int64, id int32) {
	if i := c.leastBusy(); i != none {
		c.put(i, id, now)
		return
	}
	full := c.QueueLength > 0 && c.isFull(now)
	if !full {
		c.join(id)
		c.grow(now)
	}
	if c.live >= c.Max && (full || c.waiting.len() > c.starting*int(c.slots)) {
		c.shortages++
	}
	if full {
		c.refuse(now, id)
	}
}

// isFull reports whether no more can wait, after those that have waited for too long have left.
func (c *container) isFull(now int64) bool {
	if c.QueueTimeout > 0 {
		c.dropLate(int64(c.QueueTimeout), now)
	}
	return c.waiting.len() >= c.QueueLength
}

// isLate reports whether a request has waited for too long.
func (c *container) isLate(id int32, now int64) bool {
	return c.QueueTimeout > 0 && now-c.slab[id].since > int64(c.QueueTimeout)
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
		if c.iterate(c, i, now) == 0 {
			return
		}
	case ready:
		if in := &c.instances[i]; in.state != starting || in.readyAt != now {
			return // given up while it was starting
		}
		c.warm(i, now)
	default:
		c.manage(now, e)
		return
	}
	c.serveNext(i, now)
}

// serveNext gives the free slots of an instance to those that wait, or lets it rest.
func (c *container) serveNext(i int32, now int64) {
	c.feed(i, now)
	if c.instances[i].busy == 0 {
		c.rest(i, now)
	}
	if c.starting > 0 || c.waiting.len() > 0 {
		c.balance(now)
	}
}

// abandoned gives the slot of a request whose caller has left to the next.
func (c *container) abandoned(now int64, id int32) {
	if i := c.withdraw(id, now); i != none {
		c.serveNext(i, now)
		return
	}
	c.balance(now) // one less may wait
}

// feed fills an instance's free slots from the queue.
func (c *container) feed(i int32, now int64) {
	for c.waiting.len() > 0 && c.hasRoom(i) {
		id := c.call()
		if c.isLate(id, now) {
			c.expire(now, id)
			continue
		}
		c.put(i, id, now)
	}
}

// rest is told of an instance that has run out of requests.
func (c *container) rest(i int32, now int64) {
	c.pause(i, now)
	if c.due == never {
		c.due = now + c.hold
	}
}

// tick gives back the instances beyond the minimum that have been idle long
// enough. The timer is when the longest idle one may be given back at the earliest.
func (c *container) tick(now int64) {
	for {
		i := c.longestIdle()
		if i == none || c.live <= c.least {
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
