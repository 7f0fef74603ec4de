package simulate

import "fulcrum.dev/fulcrum/internal/home"

// podUse is how much of a replica was used since somebody last looked, in ns of time.
type podUse struct {
	busy   area // requests inside x ns
	active area // ns with any request inside
	span   int64
}

// value is the mean of a signal; of a replica that has just become ready, nothing.
func (u podUse) value(signal home.Signal, width int) float64 {
	if u.span <= 0 {
		return 0
	}
	span := float64(u.span)
	switch signal {
	case home.BusySlotsPerPod:
		return min(1, float64(u.busy)/span/float64(width))
	case home.BusyTimePerPod:
		return float64(u.active) / span
	}
	return float64(u.busy) / span
}

// podUses keeps the use of every instance of a pool, for scalers that look at single replicas.
type podUses struct {
	list []podUse
	at   []int64 // when each was moved last
}

// move integrates the use of an instance with that many requests inside, up to now.
func (u *podUses) move(i, busy int32, now int64) {
	for int(i) >= len(u.list) {
		u.list, u.at = append(u.list, podUse{}), append(u.at, now)
	}
	dt := now - u.at[i]
	p := &u.list[i]
	p.busy += area(busy) * area(dt)
	if busy > 0 {
		p.active += area(dt)
	}
	p.span += dt
	u.at[i] = now
}

// begin starts anew with an instance that is ready now.
func (u *podUses) begin(i int32, now int64) {
	u.move(i, 0, now)
	u.list[i] = podUse{}
}

// scrapePods reads the use of every ready replica since the last time.
func (c *cluster) scrapePods(now int64, list []podScrape) []podScrape {
	for i := range c.instances {
		in := &c.instances[i]
		s := podScrape{readyAt: never}
		if in.state == serving || in.state == draining {
			c.uses.move(int32(i), in.busy, now)
			s = podScrape{readyAt: in.readyAt, use: c.uses.list[i]}
			c.uses.list[i] = podUse{}
		}
		list = append(list, s)
	}
	return list
}
