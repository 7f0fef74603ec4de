package simulate

import (
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/baseline"
)

// keepAlive is how long idle environments live where that varies: each has an
// end of its own, and one event on its way that looks whether it is reached.
type keepAlive struct {
	least, most int64   // bounds of the drawn window
	ends        []int64 // by environment
	looks       []int64 // when the next look at an environment is due, or never

	histogram *baseline.IdleHistogram // nil draws the window
	windows   baseline.IdleWindows    // as the histogram has them now
	since     int64                   // when the function last became idle, or busyNow
	epoch     uint16                  // counts idle times of the function, so that a pre-warming that came too late is known
}

// busyNow marks a function that has a request inside, or had none yet.
const busyNow = -1

func newKeepAlive(f home.Function) keepAlive {
	k := keepAlive{least: int64(f.IdleExpiry), most: max(int64(f.IdleExpiry), int64(f.IdleExpiryMax)), since: busyNow}
	if f.IdleHistogram {
		k.histogram, _ = baseline.NewIdleHistogram(f.IdleExpiry) // checkCapacity has checked the window
		k.windows = k.histogram.Windows()
	}
	return k
}

// created makes room for an environment.
func (k *keepAlive) created(i int32) {
	for int(i) >= len(k.ends) {
		k.ends, k.looks = append(k.ends, 0), append(k.looks, never)
	}
}

// window draws how long an environment is kept.
func (k *keepAlive) window(r *rand.Rand) int64 {
	if k.most == k.least {
		return k.least
	}
	return k.least + r.Int64N(k.most-k.least+1)
}

// restAsRuled is rest for the routings and windows that need a record of their own.
func (f *function) restAsRuled(i int32, now int64) {
	if f.Routing == home.NewestCreated {
		f.idle.rested(i, f.pool)
	}
	if f.keep.histogram == nil {
		f.keepUntil(i, now+f.keep.window(f.startUps))
		return
	}
	f.restByHistogram(i, now)
}

// keepUntil sets the end of an idle environment. A look that is due before it
// sets the next one, so that the queue holds few events for each environment however often it is used.
func (f *function) keepUntil(i int32, end int64) {
	k := &f.keep
	k.ends[i] = end
	if end < k.looks[i] {
		k.looks[i] = end
		f.events.push(end, event{subject: i, kind: idleEnd})
	}
}

// checkIdle looks whether an environment has been idle for long enough.
func (f *function) checkIdle(i int32, now int64) {
	k := &f.keep
	if k.looks[i] != now {
		return // an earlier look has taken its place
	}
	k.looks[i] = never
	switch in := &f.instances[i]; {
	case in.state != serving || in.busy > 0:
	case k.ends[i] <= now:
		f.remove(i, now)
	default:
		f.keepUntil(i, k.ends[i])
	}
}

// wake ends the idle time of the function.
func (f *function) wake(now int64) {
	k := &f.keep
	if k.since == busyNow {
		return
	}
	k.histogram.Record(time.Duration(now - k.since))
	k.windows = k.histogram.Windows()
	k.since = busyNow
	k.epoch++
}

// restByHistogram keeps an environment as the histogram says: from the end of the function's last request, or from now while it has others.
func (f *function) restByHistogram(i int32, now int64) {
	f.sleep(now)
	from := now
	if f.keep.since != busyNow {
		from = f.keep.since
	}
	if f.instances[i].state == serving {
		f.keepUntil(i, max(now, from+int64(f.keep.windows.Keep)))
	}
}

// sleep begins an idle time when the function has no request left. When the next
// is not expected soon, all environments are unloaded, and one is loaded again before it comes.
func (f *function) sleep(now int64) {
	k := &f.keep
	if k.since != busyNow || f.executing() > 0 {
		return
	}
	k.since = now
	if k.windows.Prewarm <= 0 {
		return
	}
	for i := f.longestIdle(); i != none; i = f.longestIdle() {
		f.remove(i, now)
	}
	f.events.push(now+int64(k.windows.Prewarm), event{run: k.epoch, kind: prewarm})
}

// prewarm loads an environment for the request that is expected, unless one has come.
func (f *function) prewarm(now int64, e event) {
	if f.keep.since == busyNow || f.keep.epoch != e.run || f.executing() >= f.Limit {
		return
	}
	i := f.create(now)
	f.events.push(now+f.boot().total, event{subject: i, kind: ready})
}
