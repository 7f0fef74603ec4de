package simulate

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestQueueLimits follows requests that find a full queue, or wait in it for too long.
func TestQueueLimits(t *testing.T) {
	limited := func(q home.Queue) home.Home {
		h := replicas(1, random.Constant(10))
		h.Cluster.Queue = q
		return h
	}
	tokens := func(seconds float64) workload.Request {
		return workload.Request{At: time.Duration(seconds * 1e9), Input: 5, Output: 10}
	}
	for name, test := range map[string]struct {
		home home.Home
		load workload.Workload
		opt  Options
		want counts
	}{
		"room for one":      {limited(home.Queue{Bounded: true, Length: 1}), at(0, 1, 2), Options{}, counts{served: 2, rejected: 1, worst: 19, end: 20 * second}},
		"room for none":     {limited(home.Queue{Bounded: true}), at(0, 1, 10), Options{}, counts{served: 2, rejected: 1, worst: 10, end: 20 * second}},
		"too long":          {limited(home.Queue{Timeout: 5 * second}), at(0, 1, 2), Options{}, counts{served: 1, timedOut: 2, worst: 10, end: 10 * second}},
		"just not too long": {limited(home.Queue{Timeout: 9 * second}), at(0, 1), Options{}, counts{served: 2, worst: 19, end: 20 * second}},
		"looked at again":   {limited(home.Queue{Timeout: 12 * second}), at(0, 1, 2), Options{}, counts{served: 2, timedOut: 1, worst: 19, end: 20 * second}},
		// The first leaves its slot to the second at 8 s, the third the queue at 12 s, the second at 14 s.
		"the caller or the queue, who is first": {
			limited(home.Queue{Timeout: 5 * second}), at(0, 6, 7),
			Options{Timeout: 8 * second, Cancel: true},
			counts{timedOut: 3, end: 14 * second},
		},
		// The third is refused; the second leaves at 16 s, so that the fourth finds an empty home.
		"cancelled requests make room": {
			limited(home.Queue{Bounded: true, Length: 1}), at(0, 1, 2, 17),
			Options{Timeout: 15 * second, Cancel: true},
			counts{served: 2, rejected: 1, timedOut: 1, worst: 10, end: 27 * second},
		},
		"one waits in the replica": {
			perSecond(home.Batch{Max: 1, MaxWaiting: 1}), tokensAt(tokens(0), tokens(0.5), tokens(0.6)),
			Options{},
			counts{served: 2, rejected: 1, worst: 19.5, end: 20 * second},
		},
		"one waits for the KV-cache": {
			perSecond(home.Batch{Max: 4, MaxWaiting: 1, KVTokens: 20}), tokensAt(tokens(0), tokens(0.5), tokens(0.6)),
			Options{},
			counts{served: 2, rejected: 1, worst: 19.5, end: 20 * second},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := runWithOptions(t, test.home, test.load, test.opt)
			compare(t, o, test.want)
		})
	}
	o := runWithOptions(t, limited(home.Queue{Timeout: 5 * second}), at(0, 1), Options{})
	if want := (5*second + time.Nanosecond).Seconds(); o.TimeUnanswered != want {
		t.Errorf("%g s unanswered, want %g: it leaves the queue when it has waited too long", o.TimeUnanswered, want)
	}
}

// TestPriority: one replica serves 10 s each; the third request is the most important.
func TestPriority(t *testing.T) {
	load := workload.NewRecorded(workload.Info{Name: "scenario", Span: 1000 * second, HasPriorities: true}, []workload.Request{
		{}, {At: 1 * second}, {At: 2 * second, Priority: 5}, {At: 3 * second, Priority: 5}, {At: 4 * second},
	})
	same := func(n int64, mean, p50, worst float64) stats.Summary {
		return stats.Summary{Count: n, Mean: mean, P50: p50, P95: worst, P99: worst, Max: worst}
	}
	for byPriority, want := range map[bool][]PriorityOutcome{
		// Served in the order 0, 2, 3, 1, 4.
		true: {
			{Priority: 5, Arrivals: 2, Served: 2, Latency: same(2, (18+27)/2.0, 18, 27)},
			{Arrivals: 3, Served: 3, Latency: same(3, (10+39+46)/3.0, 39, 46)},
		},
		false: {
			{Priority: 5, Arrivals: 2, Served: 2, Latency: same(2, (28+37)/2.0, 28, 37)},
			{Arrivals: 3, Served: 3, Latency: same(3, (10+19+46)/3.0, 19, 46)},
		},
	} {
		h := replicas(1, random.Constant(10))
		h.Service.ByPriority = byPriority
		o := runWithOptions(t, h, load, Options{})
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 0.05 })
		if diff := cmp.Diff(want, o.Priorities, near); diff != "" {
			t.Errorf("by priority %t (-want +got):\n%s", byPriority, diff)
		}
	}
	one := workload.NewRecorded(workload.Info{Span: second, HasPriorities: true}, []workload.Request{{Priority: 3}})
	if o := runWithOptions(t, replicas(1, random.Constant(10)), one, Options{}); o.Priorities != nil {
		t.Errorf("one priority is shown as several: %+v", o.Priorities)
	}
}

// TestCancelLetsTheNextFit: the most important request that waits does not fit into the KV-cache beside the others. When its
// caller leaves at 11 s, the one behind it is admitted at 12 s and done at 13 s, before anybody who runs leaves.
func TestCancelLetsTheNextFit(t *testing.T) {
	h := perSecond(home.Batch{Max: 4, KVTokens: 20, MaxWaiting: 4})
	h.Service.ByPriority = true
	load := tokensAt(
		workload.Request{Output: 8},
		workload.Request{At: 1 * second, Output: 20, Priority: 5},
		workload.Request{At: 2500 * time.Millisecond, Output: 12, Priority: 7},
		workload.Request{At: 3500 * time.Millisecond, Output: 1},
	)
	o := runWithOptions(t, h, load, Options{Timeout: 10 * second, Cancel: true})
	compare(t, o, counts{served: 2, timedOut: 2, worst: 9.5, end: 13 * second})
}

// TestChunkedPrefill: 25 prompt tokens at 10 an iteration; the 3 of the second request join the last 5.
func TestChunkedPrefill(t *testing.T) {
	h := perSecond(home.Batch{Max: 4, Gamma: 10 * time.Millisecond, MaxTokens: 10})
	o := runWithOptions(t, h, tokensAt(workload.Request{Input: 25, Output: 2}, workload.Request{At: second / 2, Input: 3, Output: 1}), Options{})
	// Iterations of 1.1, 1.1, 1.08 and 1 s.
	near(t, "latency", o.Latency.Max, 4.28, 1e-9)
	near(t, "time to first token", o.TimeToFirstToken.Max, 3.28, 1e-9)
	near(t, "wait", o.Wait.Max, 1.7, 1e-9)
	near(t, "time per output token", o.TimePerOutputToken.Max, 1, 1e-9)
}
