package simulate

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// naiveContainer is a container home by lists alone. It keeps when every instance was starting and when every request
// waited, and compares all pairs in the end.
type naiveContainer struct {
	home.Container
	slots, startUp int64
	live           []*naiveInstance
	waiting        []naiveRequest
	changes        int64 // orders instances by when they last changed
	starts, waits  []naiveSpan
	rejected       int
	timedOut       int
	served         int
}

type naiveSpan struct{ from, to int64 }

type naiveRequest struct{ at, work int64 }

type naiveInstance struct {
	start   int   // its place in starts, -1 for one that was there
	readyAt int64 // never, once it serves
	serves  bool
	ends    []int64 // of the requests inside
	idle    int64   // since when
	changed int64
}

func newNaiveContainer(c home.Container, slots int, startUp time.Duration) *naiveContainer {
	n := &naiveContainer{Container: c, slots: int64(slots), startUp: int64(startUp)}
	for range c.Min {
		n.live = append(n.live, &naiveInstance{start: -1, readyAt: never, serves: true})
		n.touch(n.live[len(n.live)-1])
	}
	return n
}

func (n *naiveContainer) touch(in *naiveInstance) {
	n.changes++
	in.changed = n.changes
}

func (n *naiveContainer) starting() (list []*naiveInstance) {
	for _, in := range n.live {
		if !in.serves {
			list = append(list, in)
		}
	}
	return list
}

// longestIdle is the instance without a request that changed first, or nil.
func (n *naiveContainer) longestIdle() (longest *naiveInstance) {
	for _, in := range n.live {
		if in.serves && len(in.ends) == 0 && (longest == nil || in.changed < longest.changed) {
			longest = in
		}
	}
	return longest
}

// run serves requests in order of arrival until all have left.
func (n *naiveContainer) run(requests []naiveRequest) {
	for {
		at := int64(never)
		var next *naiveInstance
		for _, in := range n.live {
			if t := min(in.readyAt, slices.Min(append([]int64{never}, in.ends...))); t < at {
				at, next = t, in
			}
		}
		expiry := int64(never)
		if in := n.longestIdle(); in != nil && len(n.live) > n.Min {
			expiry = in.idle + int64(n.IdleHold)
		}
		switch {
		case len(requests) > 0 && requests[0].at < min(at, expiry):
			n.arrive(requests[0])
			requests = requests[1:]
		case at == never && expiry == never:
			return
		case at <= expiry:
			n.advance(next, at)
		default:
			n.remove(n.longestIdle())
		}
	}
}

func (n *naiveContainer) remove(in *naiveInstance) {
	n.live = slices.DeleteFunc(n.live, func(x *naiveInstance) bool { return x == in })
}

func (n *naiveContainer) arrive(r naiveRequest) {
	var best *naiveInstance
	for _, in := range n.live {
		if in.serves && int64(len(in.ends)) < n.slots &&
			(best == nil || len(in.ends) < len(best.ends) || len(in.ends) == len(best.ends) && in.changed > best.changed) {
			best = in
		}
	}
	if best != nil {
		n.put(best, r, r.at)
		return
	}
	if n.QueueLength > 0 {
		for len(n.waiting) > 0 && n.late(n.waiting[0], r.at) {
			n.next(r.at)
			n.timedOut++
		}
		if len(n.waiting) >= n.QueueLength {
			n.rejected++
			return
		}
	}
	n.waiting = append(n.waiting, r)
	n.grow(r.at)
}

func (n *naiveContainer) late(r naiveRequest, now int64) bool {
	return n.QueueTimeout > 0 && now-r.at > int64(n.QueueTimeout)
}

func (n *naiveContainer) put(in *naiveInstance, r naiveRequest, now int64) {
	in.ends = append(in.ends, now+r.work)
	n.touch(in)
}

// next takes the first request out of the queue.
func (n *naiveContainer) next(now int64) naiveRequest {
	r := n.waiting[0]
	n.waiting = n.waiting[1:]
	n.waits = append(n.waits, naiveSpan{r.at, now})
	return r
}

// advance handles what is due with an instance: it becomes ready, or one of its requests is done.
func (n *naiveContainer) advance(in *naiveInstance, now int64) {
	if in.readyAt == now {
		in.readyAt, in.serves, in.idle = never, true, now
		n.starts[in.start].to = now
	} else {
		in.ends = slices.Delete(in.ends, slices.Index(in.ends, now), slices.Index(in.ends, now)+1)
		n.served++
	}
	n.touch(in)
	for len(n.waiting) > 0 && int64(len(in.ends)) < n.slots {
		if r := n.next(now); n.late(r, now) {
			n.timedOut++
		} else {
			n.put(in, r, now)
		}
	}
	if len(in.ends) == 0 {
		in.idle = now
	}
	if n.CancelSurplus {
		for list := n.starting(); len(list) > n.wanted(); list = n.starting() {
			newest := list[len(list)-1]
			n.starts[newest.start].to = now
			n.remove(newest)
		}
	}
	if n.StartsAtOnce > 0 {
		n.grow(now)
	}
}

// wanted is how many instances should be starting.
func (n *naiveContainer) wanted() int {
	serving := len(n.live) - len(n.starting())
	want := min(max(int(math.Ceil(float64(len(n.waiting))/float64(n.slots))), n.Min-serving), n.Max-serving)
	if n.StartsAtOnce > 0 {
		want = min(want, n.StartsAtOnce)
	}
	return want
}

func (n *naiveContainer) grow(now int64) {
	for len(n.starting()) < n.wanted() {
		n.live = append(n.live, &naiveInstance{start: len(n.starts), readyAt: now + n.startUp})
		n.starts = append(n.starts, naiveSpan{now, never})
	}
}

// cold is how many requests waited for some time while an instance was starting.
func (n *naiveContainer) cold() (count int64) {
	for _, w := range n.waits {
		if slices.ContainsFunc(n.starts, func(s naiveSpan) bool { return max(s.from, w.from) < min(s.to, w.to) }) {
			count++
		}
	}
	return count
}

// TestContainerAgainstLists compares the engine with the lists: what was started, and who waited for that.
func TestContainerAgainstLists(t *testing.T) {
	seen := map[string]int64{}
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(0, 2).Draw(t, "min")
		c := home.Container{
			Min: least, Max: least + rapid.IntRange(1, 4).Draw(t, "more"),
			QueueTimeout: time.Duration(rapid.SampledFrom([]int{0, 3, 15}).Draw(t, "queueTimeout")) * time.Second,
			QueueLength:  rapid.SampledFrom([]int{0, 0, 4}).Draw(t, "queueLength"),
			StartsAtOnce: rapid.IntRange(0, 2).Draw(t, "startsAtOnce"), CancelSurplus: rapid.Bool().Draw(t, "cancelSurplus"),
		}
		if least == 0 { // the hold ends at once, or there is no minimum: then instances go exactly when it ends
			c.IdleHold = time.Duration(rapid.IntRange(0, 20).Draw(t, "hold")) * time.Second
		}
		slots := rapid.IntRange(1, 3).Draw(t, "slots")
		startUp := time.Duration(rapid.IntRange(1, 20).Draw(t, "startUp"))*time.Second + 1

		rng := random.New(rapid.Uint64().Draw(t, "seed"), random.ServiceTimes, 0)
		gap, mean := rapid.Float64Range(0.2, 10).Draw(t, "gap, s"), rapid.Float64Range(0.5, 10).Draw(t, "work, s")
		var requests []workload.Request
		var list []naiveRequest
		now := int64(0)
		for range rapid.IntRange(1, 200).Draw(t, "requests") {
			now += 1 + int64(rng.ExpFloat64()*gap*1e9)
			work := 1 + int64(rng.ExpFloat64()*mean*1e9)
			list = append(list, naiveRequest{now, work})
			requests = append(requests, workload.Request{At: time.Duration(now), Work: time.Duration(work)})
		}
		want := newNaiveContainer(c, slots, startUp)
		want.run(list)

		c.StartUp = random.Constant(startUp.Seconds())
		h := home.Home{Name: "containers", Service: home.Service{Concurrency: slots}, Container: &c}
		o, err := Run(t.Context(), h, workload.NewRecorded(workload.Info{Name: "drawn", Span: time.Duration(now)}, requests), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if o.Served != int64(want.served) || o.TimedOut != int64(want.timedOut) || o.Rejected != int64(want.rejected) {
			t.Fatalf("%d served, %d timed out, %d rejected; the lists have %d, %d and %d", o.Served, o.TimedOut, o.Rejected, want.served, want.timedOut, want.rejected)
		}
		if cold := want.cold(); o.Starts != int64(len(want.starts)) || o.ColdStarts != cold {
			t.Fatalf("%d starts and %d requests that waited for one; the lists have %d and %d", o.Starts, o.ColdStarts, len(want.starts), cold)
		}
		seen["warm waits"] += int64(len(want.waits)) - o.ColdStarts
		seen["cold waits"] += o.ColdStarts
		seen["timed out"] += o.TimedOut
	})
	for _, what := range []string{"warm waits", "cold waits", "timed out"} {
		if seen[what] == 0 {
			t.Errorf("no case drawn has %s", what)
		}
	}
}
