package simulate

import (
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/policy"
)

// function is a Lambda-like home: a request takes the most recently used idle
// environment, or gets a new one of its own and waits for it.
type function struct {
	*server
	platform.Function
	expiry  int64
	metered platform.Metered
	// heldIdle counts provisioned environments without a request. They are all alike and never expire.
	heldIdle int
	tokens   float64 // of the bucket that bounds new environments
	tokensAt int64
}

// held marks the event of a request on a provisioned environment.
const held int32 = -2

func newFunction(s *server, f platform.Function) *function {
	s.apart = f.Provisioned
	return &function{
		server: s, Function: f,
		expiry:   int64(f.IdleExpiry),
		heldIdle: f.Provisioned, tokens: float64(f.Burst),
	}
}

func (f *function) arrive(now int64, id int32) {
	if f.heldIdle > 0 {
		f.heldIdle--
		f.run(held, id, now, 0)
		return
	}
	// The provisioned part of the limit is set apart, used or not.
	if f.inside+f.Provisioned >= f.Limit {
		f.refuse(now, id)
		return
	}
	i := f.leastBusy()
	var boot int64
	if i == none {
		if !f.grantStart(now) {
			f.refuse(now, id)
			return
		}
		i, boot = f.coldStart(now)
	}
	f.take(i, now)
	f.run(i, id, now, boot)
}

// coldStart makes an environment for one request and returns how long it takes.
// The environment counts as serving at once because only its own request can use it until then.
func (f *function) coldStart(now int64) (int32, int64) {
	i := f.add(now)
	f.serve(i, now)
	f.coldStarts++
	if f.Init == nil {
		return i, 0
	}
	init := int64(f.Init.Sample(f.startUps) * 1e9)
	if f.Snapshot {
		f.metered.Restores++
		return i, init
	}
	if limit := int64(f.InitLimit); limit > 0 && init > limit {
		init += limit // stopped at the limit, then run again inside the first call
	}
	f.metered.RunTime += f.billed(init)
	return i, init
}

// run schedules the end of a request that starts after boot, and bills it.
func (f *function) run(i, id int32, now, boot int64) {
	j := &f.slab[id]
	j.instance, j.since = i, now
	f.started(j.arrived, now+boot)
	service := j.service
	kind := completed
	if limit := int64(f.Timeout); limit > 0 && service > limit {
		service, kind = limit, killed
	}
	if i == held {
		f.metered.HeldRunTime += f.billed(service)
	} else {
		f.metered.RunTime += f.billed(service)
	}
	f.events.push(now+boot+service, event{subject: id, run: j.run, kind: kind})
}

// billed rounds a time up to the step and returns it in milliseconds.
func (f *function) billed(ns int64) int64 { return roundUp(ns, int64(f.Step)) }

func (f *function) handle(now int64, e event) {
	if i := f.slab[e.subject].instance; i == held {
		f.heldIdle++
	} else {
		f.release(i, now)
		if f.due == never {
			f.due = now + f.expiry
		}
	}
	if e.kind == killed {
		f.expire(now, e.subject)
		return
	}
	f.finish(e.subject, now)
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

// grantStart takes a token for a new environment from a bucket that is refilled continuously.
func (f *function) grantStart(now int64) bool {
	if f.Burst == 0 {
		return true
	}
	refill := float64(f.Burst) * float64(now-f.tokensAt) / float64(f.BurstPeriod)
	f.tokens = min(float64(f.Burst), f.tokens+refill)
	f.tokensAt = now
	if f.tokens < 1 {
		return false
	}
	f.tokens--
	return true
}

func (f *function) meter(until int64) platform.Metered {
	m := f.metered
	m.HeldTime = int64(f.Provisioned) * roundUp(until, 1)
	return m
}

func (f *function) view() policy.HomeView {
	v := f.server.view()
	v.InFlight += f.Provisioned - f.heldIdle
	v.Slots = f.Limit // an environment is started for each request
	return v
}

// roundUp rounds nanoseconds up to a step (at least a nanosecond) and then up to whole milliseconds.
func roundUp(ns, step int64) int64 {
	if step > 1 {
		ns = (ns + step - 1) / step * step
	}
	return (ns + 999_999) / 1_000_000
}
