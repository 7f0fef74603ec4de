package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// startedOrder links the instances that are starting, the newest first, by the
// neighbours that they have no other use for until they serve.
type startedOrder struct{ newest int32 }

func (o *startedOrder) push(i int32, p *pool) {
	if o.newest != none {
		p.instances[o.newest].prev = i
	}
	p.instances[i].next, p.instances[i].prev = o.newest, none
	o.newest = i
}

func (o *startedOrder) remove(i int32, p *pool) {
	in := &p.instances[i]
	if in.prev != none {
		p.instances[in.prev].next = in.next
	} else {
		o.newest = in.next
	}
	if in.next != none {
		p.instances[in.next].prev = in.prev
	}
}

// wanted is how many instances should be starting: enough for the requests that wait and for the minimum, within the bounds.
func (c *container) wanted() int {
	n := (c.waiting.len() + int(c.slots) - 1) / int(c.slots)
	n = min(max(n, c.least-c.serving), c.Max-c.serving)
	if c.StartsAtOnce > 0 {
		n = min(n, c.StartsAtOnce)
	}
	return n
}

// grow asks for the instances that are wanted, as far as the rate allows, and looks again when it allows the next.
func (c *container) grow(now int64) {
	for n := c.wanted(); c.starting < n; {
		if !c.starts.take(now) {
			if !c.startDue {
				c.startDue = true
				c.events.push(c.starts.next(), event{kind: startDue})
			}
			return
		}
		c.scheduleStart(now)
	}
}

// balance asks for what is wanted after something has started or has left, and gives up what no longer is.
func (c *container) balance(now int64) {
	if c.CancelSurplus {
		for n := c.wanted(); c.starting > n; {
			c.abort(c.order.newest, now)
		}
	}
	if c.StartsAtOnce > 0 {
		c.grow(now)
	}
}

// scheduleStart asks for an instance, ready after its start-up.
func (c *container) scheduleStart(now int64) {
	i := c.begin(now)
	at := now + draw(c.StartUp, c.startUps)
	c.instances[i].readyAt = at
	c.events.push(at, event{subject: i, kind: ready})
}

// begin asks for an instance.
func (c *container) begin(now int64) int32 {
	i := c.add(now)
	for int(i) >= len(c.activeSince) {
		c.activeSince = append(c.activeSince, 0)
	}
	c.activeSince[i] = now
	c.changeActive(1, now)
	c.order.push(i, c.pool)
	return i
}

// warm makes an instance ready.
func (c *container) warm(i int32, now int64) {
	c.order.remove(i, c.pool)
	c.serve(i, now)
}

// abort gives up an instance that is starting. It is billed like one that has served for so long.
func (c *container) abort(i int32, now int64) {
	c.order.remove(i, c.pool)
	c.pause(i, now)
	c.bill(i, now)
	c.remove(i, now)
}

// manage handles what is not about one instance.
func (c *container) manage(now int64, e event) {
	switch e.kind {
	case startDue:
		c.startDue = false
		c.grow(now)
	case decide:
		c.events.push(now+int64(scale.TargetTrackingPeriod), event{kind: decide})
		if n := c.schedule.At(time.Duration(now)).Min; n != c.least {
			c.setLeast(n, now)
		}
	}
}

// setLeast changes the minimum: instances are started for it, or those beyond it may go.
func (c *container) setLeast(n int, now int64) {
	c.changeActive(0, now)
	c.least = n
	c.balance(now)
	c.grow(now)
	c.due = now
}
