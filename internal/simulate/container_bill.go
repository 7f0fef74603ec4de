package simulate

import "fulcrum.dev/fulcrum/internal/home"

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

// pause closes the active time of an instance.
func (c *container) pause(i int32, now int64) {
	if active := min(now, c.horizon) - c.activeFrom(i); active > 0 {
		c.metered.ActiveTime += roundUp(active, int64(c.Step))
	}
	c.activeSince[i] = inactive
	c.changeActive(-1, now)
}

// changeActive integrates the warm minimum that is without a request, then changes the count.
func (c *container) changeActive(by int, now int64) {
	if now = min(now, c.horizon); now > c.activeAt {
		c.idleArea += area(float64(max(0, c.least-c.active)) * float64(now-c.activeAt))
		c.activeAt = now
	}
	c.active += by
}

// bill meters the life of an instance that ends now; one that the end of the span cuts, without its minimum, as in meter.
func (c *container) bill(i int32, now int64) {
	least := int64(c.Minimum)
	if now > c.horizon {
		now, least = c.horizon, 0
	}
	if life := now - c.billedFrom(i); life > 0 {
		c.metered.InstanceTime += roundUp(max(life, least), int64(c.Step))
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
func (c *container) meter(until int64) home.Metered {
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
