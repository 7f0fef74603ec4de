package simulate

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// provisioned is the environments that are kept warm. They are all alike and never expire; how
// many there are may follow a schedule or a target.
type provisioned struct {
	asked   int // what was asked for last
	ready   int
	idle    int // ready and without a request
	leaving int // given up while they run a request

	pending []allotment // asked for and not ready, oldest first
	billed  []allotment // what is paid for now, by when it was asked for, oldest first

	schedule *scale.Schedule
	tracking *scale.TargetTracking
	busyArea area // environments with a request x ns, since the last decision
	heldArea area // ready environments x ns
	movedAt  int64
}

// allotment is environments that were asked for, or are ready, at one time.
type allotment struct {
	at    int64
	count int
}

// apart is the part of the limit that is taken, used or not.
func (p *provisioned) apart() int { return p.asked + p.leaving }

// busy is the number of requests on provisioned environments.
func (p *provisioned) busy() int { return p.ready - p.idle + p.leaving }

// open returns what is held and not yet billed. The traffic is taken to go on, so that a step is not charged for the cut.
func (p *provisioned) open(until int64) (milliseconds int64) {
	for _, a := range p.billed {
		milliseconds += int64(a.count) * roundUp(max(0, until-a.at), 1)
	}
	return milliseconds
}

// provision sets up the environments that are there from the start.
func (f *function) provision() {
	p := &f.held
	n := f.Provisioned
	if len(f.Schedule) > 0 {
		p.schedule, _ = scale.NewSchedule(monday, f.Schedule) // checkCapacity has checked it
		n = within(n, p.schedule.At(0))
	}
	if f.Tracking != nil {
		p.tracking, _ = scale.NewTargetTracking(*f.Tracking)
	}
	p.asked, p.ready, p.idle = n, n, n
	p.billed = append(p.billed, allotment{count: n})
	f.apart = n
	if p.schedule != nil || p.tracking != nil {
		f.events.push(int64(scale.TargetTrackingPeriod), event{kind: decide})
	}
}

// monday is when the traffic starts, as schedules see it: the generator's days begin with it too.
var monday = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

func within(n int, b scale.Bounds) int { return min(max(n, b.Min), b.Max) }

// decide asks for as many environments as the schedule and the target want. Schedules act at whole minutes.
func (f *function) decide(now int64) {
	f.events.push(now+int64(scale.TargetTrackingPeriod), event{kind: decide})
	p := &f.held
	n := p.asked
	if p.tracking != nil {
		f.moveHeld(now)
		utilisation := math.NaN()
		if p.busyArea > 0 && p.heldArea > 0 {
			utilisation = float64(p.busyArea / p.heldArea)
		}
		p.busyArea, p.heldArea = 0, 0
		n = p.tracking.Desired(p.asked, p.ready, utilisation, time.Duration(now))
	}
	if p.schedule != nil {
		n = within(n, p.schedule.At(time.Duration(now)))
	}
	switch {
	case n > p.asked:
		f.hold(n-p.asked, now)
	case n < p.asked:
		f.giveUp(p.asked-n, now)
	}
}

// hold asks for environments. They are paid for from now on, their initialisation too.
func (f *function) hold(n int, now int64) {
	p := &f.held
	p.asked += n
	f.begun += int64(n)
	p.billed = append(p.billed, allotment{now, n})
	for range n {
		if init := draw(f.Init, f.startUps); now < f.horizon {
			f.metered.HeldRunTime += f.billed(init)
		}
	}
	at := now + int64(f.AllocationDelay)
	p.pending = append(p.pending, allotment{at, n})
	f.events.push(at, event{kind: allocated})
}

// allocate makes environments ready, if they have not been given up.
func (f *function) allocate(now int64) {
	p := &f.held
	if len(p.pending) == 0 || p.pending[0].at != now {
		return
	}
	f.moveHeld(now)
	n := p.pending[0].count
	p.pending = append(p.pending[:0], p.pending[1:]...)
	p.ready += n
	p.idle += n
	f.setApart(now)
}

// giveUp gives environments back, the newest first: those that are not ready yet, then idle ones, then
// those that run a request, which they first finish.
func (f *function) giveUp(n int, now int64) {
	p := &f.held
	f.moveHeld(now)
	p.asked -= n
	p.billed = takeNewest(p.billed, n, func(at int64, count int) { f.billHeld(at, count, now) })
	p.pending = takeNewest(p.pending, n, func(_ int64, count int) { n -= count })
	p.ready -= n
	surplus := min(n, p.idle)
	p.idle -= surplus
	p.leaving += n - surplus
	f.setApart(now)
}

// takeNewest takes up to n from the end of a list and tells when those were.
func takeNewest(list []allotment, n int, taken func(at int64, count int)) []allotment {
	for n > 0 && len(list) > 0 {
		last := &list[len(list)-1]
		k := min(n, last.count)
		taken(last.at, k)
		n -= k
		if last.count -= k; last.count == 0 {
			list = list[:len(list)-1]
		}
	}
	return list
}

// billHeld bills environments that were held until now, each in whole steps; what the end of the span cuts, without, as in open.
func (f *function) billHeld(since int64, count int, now int64) {
	step := int64(f.HeldStep)
	if now > f.horizon {
		now, step = f.horizon, 1
	}
	if life := now - since; life > 0 {
		f.metered.HeldTime += int64(count) * roundUp(life, step)
	}
}

// returnHeld takes back a provisioned environment whose request has left.
func (f *function) returnHeld(now int64) {
	f.moveHeld(now)
	if f.held.leaving > 0 {
		f.held.leaving--
		f.setApart(now)
	} else {
		f.held.idle++
	}
	if f.keep.histogram != nil {
		f.sleep(now)
	}
}

// moveHeld integrates what the target looks at, before it changes.
func (f *function) moveHeld(now int64) {
	p := &f.held
	if p.tracking == nil {
		return
	}
	dt := area(now - p.movedAt)
	p.busyArea += area(p.ready-p.idle) * dt
	p.heldArea += area(p.ready) * dt
	p.movedAt = now
}

// setApart tells the pool how many instances live outside its lists. The pool adds
// the last number to its peak and to the mean of the whole span, so that both are corrected for what the number was before.
func (f *function) setApart(now int64) {
	n := f.held.ready + f.held.leaving
	f.advance(now)
	f.liveArea += area(f.apart-n) * area(min(now, f.horizon))
	f.peakLive = max(f.peakLive+f.apart-n, f.live)
	f.apart = n
}
