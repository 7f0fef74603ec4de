package simulate

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// anyCallers draws what callers do.
func anyCallers(t *rapid.T) Options {
	milliseconds := func(most int, label string) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(t, label)) * time.Millisecond
	}
	opt := Options{Seed: 5, Timeout: milliseconds(60_000, "timeout"), Retry: Retry{
		Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"), Jitter: rapid.Float64Range(0, 1).Draw(t, "jitter"),
		Backoff: milliseconds(10_000, "backoff"), Budget: rapid.SampledFrom([]float64{0, 0.1, 1}).Draw(t, "budget"),
	}}
	if rapid.Bool().Draw(t, "attemptsEnd") {
		opt.Retry.AttemptTimeout = milliseconds(20_000, "attemptTimeout")
	}
	opt.Cancel = opt.Timeout+opt.Retry.AttemptTimeout > 0 && rapid.Bool().Draw(t, "cancel")
	return opt
}

// anyPriorities is a workload of two priorities.
func anyPriorities(t *rapid.T) workload.Workload {
	high, err := workload.Prioritise(anyWorkload(t), rapid.IntRange(1, workload.Priorities-1).Draw(t, "priority"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := workload.Merge(anyWorkload(t), high)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestCallerLaws runs random homes under random callers. Run checks conservation and Little's law; here the parts are
// compared with the whole, and nothing may be left behind.
func TestCallerLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, w, opt := Hybrid{Homes: []home.Home{anyHome(t), anyHome(t)}, Router: anyRouter(t)}, anyPriorities(t), anyCallers(t)
		stream, err := w.Open()
		if err != nil {
			t.Fatal(err)
		}
		e := newEngine(h, w.Info(), opt)
		if err := e.run(context.Background(), stream); err != nil {
			t.Fatal(err)
		}
		o := e.outcome()
		if err := o.CheckLaws(); err != nil {
			t.Fatal(err)
		}
		if most := opt.Timeout.Seconds(); most > 0 && o.Latency.Max > most {
			t.Fatalf("an answer after %g s is counted as served, callers leave after %g s", o.Latency.Max, most)
		}
		var sum PriorityOutcome
		for _, p := range o.Priorities {
			if p.Arrivals != p.Served+p.Rejected+p.TimedOut {
				t.Fatalf("priority %d: %+v", p.Priority, p)
			}
			sum.Arrivals, sum.Served = sum.Arrivals+p.Arrivals, sum.Served+p.Served
		}
		if len(o.Priorities) > 0 && (sum.Arrivals != o.Arrivals || sum.Served != o.Served) {
			t.Fatalf("the priorities' sums are not those of the whole: %+v", o)
		}
		for i, p := range o.Homes {
			if p.Arrivals != p.Served+p.Rejected+p.TimedOut {
				t.Fatalf("home %d: %+v", i, p)
			}
		}
		if opt.Cancel {
			checkNothingLeft(t, e)
		}
	})
}

// checkNothingLeft lets what callers have left behind end, and looks for it: no job keeps its number, a slot or KV tokens.
func checkNothingLeft(t *rapid.T, e *engine) {
	e.until(e.now + int64(time.Hour)) // longer than a function runs, and than a sequence does
	if len(e.free) != len(e.slab) {
		t.Fatalf("%d of %d jobs are free", len(e.free), len(e.slab))
	}
	if e.deadlines.head != none || e.attempts.head != none {
		t.Fatal("somebody who has left is watched")
	}
	for i := range e.homes {
		s := e.homes[i].server
		if s.inside != 0 || s.waiting.len() != 0 {
			t.Fatalf("home %d: %d inside and %d waiting", i, s.inside, s.waiting.len())
		}
		for k := range s.instances {
			if b := s.instances[k].batch; b != nil && (b.held != 0 || b.size() != 0 || b.leaving != 0) {
				t.Fatalf("home %d: instance %d holds %d tokens in %d sequences", i, k, b.held, b.size())
			}
		}
	}
}

// TestCancelSparesWork: callers who take their requests away never leave more work behind than those who do not.
func TestCancelSparesWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, n := anyWorkload(t), rapid.IntRange(1, 5).Draw(t, "n")
		h := replicas(n, random.Exponential(rapid.Float64Range(0.05, 4).Draw(t, "service")))
		opt := Options{Seed: 5, Timeout: time.Duration(rapid.IntRange(1, 30).Draw(t, "timeout")) * time.Second}
		var served [2]int64
		var utilisation [2]float64
		for i := range served {
			opt.Cancel = i == 1
			o, err := Run(context.Background(), h, w, opt)
			if err != nil {
				t.Fatal(err)
			}
			served[i], utilisation[i] = o.Served, o.Utilisation
		}
		if served[1] < served[0] || utilisation[1] > utilisation[0]+1e-9 {
			t.Fatalf("with cancellation %d served at %g of the capacity, without %d at %g", served[1], utilisation[1], served[0], utilisation[0])
		}
	})
}

// TestCallersAllocateNothing: ten times the requests allocate no more, with everything that callers and queues do.
func TestCallersAllocateNothing(t *testing.T) {
	slow := replicas(2, random.Exponential(1))
	slow.Service.ByPriority = true
	slow.Cluster.Queue = home.Queue{Bounded: true, Length: 50, Timeout: 20 * time.Second}
	batched := perSecond(home.Batch{Max: 8, MaxTokens: 16, MaxWaiting: 8, KVTokens: 500, Beta: time.Millisecond, Gamma: time.Millisecond})
	batched.Service.ByPriority = true
	opt := Options{Seed: 5, Timeout: 30 * time.Second, Cancel: true, Retry: Retry{Attempts: 2, Backoff: time.Second, AttemptTimeout: 10 * time.Second, Budget: 0.2}}
	for name, h := range map[string]home.Home{"fixed": slow, "batched": batched} {
		var allocs [2]float64
		for i, n := range []int{5000, 50_000} {
			var list []workload.Request
			for k := range n {
				list = append(list, workload.Request{At: time.Duration(k) * 400 * time.Millisecond, Input: int32(k % 40), Output: int32(k % 7), Priority: uint8(k % 3)})
			}
			w := workload.NewRecorded(workload.Info{Span: time.Duration(n) * 400 * time.Millisecond, HasPriorities: true}, list)
			allocs[i] = testing.AllocsPerRun(2, func() {
				if _, err := Run(context.Background(), h, w, opt); err != nil {
					t.Fatal(err)
				}
			})
		}
		if allocs[1] > allocs[0]+20 {
			t.Errorf("%s: %g allocations for 5,000 requests, %g for 50,000", name, allocs[0], allocs[1])
		}
	}
}
