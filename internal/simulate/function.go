package simulate

import (
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
)

// function is a Lambda-like home: a request takes a provisioned environment, else an
// idle one, else gets a new one of its own and waits for it.
type function struct {
	*server
	home.Function
	held    provisioned
	starts  bucket
	idle    idleByCreation // for the routing to the newest
	keep    keepAlive      // for windows that vary
	expiry  int64
	plain   bool // the pool's own order of idle environments does for routing and expiry
	metered home.Metered
}

// held marks the event of a request on a provisioned environment.
const held int32 = -2

func newFunction(s *server, f home.Function) *function {
	h := &function{
		server: s, Function: f,
		starts: newBucket(f.Burst, int64(f.BurstPeriod)),
		keep:   newKeepAlive(f),
		expiry: int64(f.IdleExpiry),
		plain:  f.Routing != home.NewestCreated && f.IdleExpiryMax == 0 && !f.IdleHistogram,
	}
	h.provision()
	return h
}

func (f *function) arrive(now int64, id int32) {
	if f.keep.histogram != nil {
		f.wake(now)
	}
	switch {
	// The provisioned part of the limit is set apart, used or not.
	case f.held.idle == 0 && f.inside+f.held.apart() >= f.Limit || f.executing() >= f.Limit:
		f.shortages++
		f.refuse(now, id)
	case f.held.idle > 0:
		f.moveHeld(now)
		f.held.idle--
		f.run(held, id, now, boot{})
	default:
		f.arriveOrdinary(now, id)
	}
}

// arriveOrdinary gives a request an environment that is not provisioned.
func (f *function) arriveOrdinary(now int64, id int32) {
	i := f.pick()
	var b boot
	if i == none {
		if !f.starts.take(now) {
			f.refuse(now, id)
			return
		}
		i, b = f.coldStart(now)
		f.meetStart(&f.slab[id])
	}
	f.take(i, now)
	f.run(i, id, now, b)
}

// executing is the number of requests inside.
func (f *function) executing() int { return f.inside + f.held.busy() }

// run schedules the end of a request that starts after a boot, and bills it.
func (f *function) run(i, id int32, now int64, b boot) {
	j := &f.slab[id]
	j.instance, j.since = i, now
	f.started(j.arrived, now+b.total)
	service := j.service
	kind := completed
	if limit := int64(f.Timeout); limit > 0 && b.inCall+service > limit {
		service, kind = limit-b.inCall, killed
	}
	if i == held {
		f.metered.HeldRunTime += f.billed(service)
	} else {
		f.metered.RunTime += f.billed(service)
	}
	f.events.push(now+b.total+service, event{subject: id, run: j.run, kind: kind})
}

// billed rounds a time up to the step and returns it in milliseconds.
func (f *function) billed(ns int64) int64 { return roundUp(ns, int64(f.Step)) }

func (f *function) handle(now int64, e event) {
	if e.kind > killed {
		f.manage(now, e)
		return
	}
	if i := f.slab[e.subject].instance; i == held {
		f.returnHeld(now)
	} else {
		f.release(i, now)
		f.rest(i, now)
	}
	if e.kind == killed {
		f.expire(now, e.subject)
		return
	}
	f.finish(e.subject, now)
}

// abandoned leaves the request to run on: the platform does not stop, and bills, what a caller no longer waits for.
func (*function) abandoned(int64, int32) {}

// rest is told of an environment that has become idle.
func (f *function) rest(i int32, now int64) {
	if f.plain {
		if f.due == never {
			f.due = now + f.expiry
		}
		return
	}
	f.restAsRuled(i, now)
}

// manage handles what the platform does on its own.
func (f *function) manage(now int64, e event) {
	switch e.kind {
	case idleEnd:
		f.checkIdle(e.subject, now)
	case prewarm:
		f.prewarm(now, e)
	case ready:
		f.serve(e.subject, now)
		f.rest(e.subject, now)
	case decide:
		f.decide(now)
	case allocated:
		f.allocate(now)
	}
}

// tick expires the environments that have been idle long enough. The timer is when the longest
// idle one may expire at the earliest: it may be early, because the one it was set for may have been used since.
func (f *function) tick(now int64) {
	for {
		i := f.longestIdle()
		if i == none {
			f.due = never
			return
		}
		if f.due = f.instances[i].idleSince + f.expiry; f.due > now {
			return
		}
		f.remove(i, now)
	}
}

func (f *function) meter(until int64) home.Metered {
	m := f.metered
	m.HeldTime += f.held.open(until)
	return m
}

func (f *function) view() route.View {
	v := f.server.view()
	v.InFlight += f.held.busy()
	v.Slots = f.Limit // an environment is started for each request
	return v
}

// roundUp rounds nanoseconds up to a step (at least a nanosecond) and then up to whole milliseconds.
func roundUp(ns, step int64) int64 {
	if step > 1 && step != 1_000_000 {
		ns = (ns + step - 1) / step * step
	}
	return (ns + 999_999) / 1_000_000
}
