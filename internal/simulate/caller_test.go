package simulate

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

const second = time.Second

// counts is what a scenario comes to; worst is the longest latency in seconds.
type counts struct {
	served, rejected, timedOut, retries int64
	worst                               float64
	end                                 time.Duration
}

func runWithOptions(t *testing.T, h home.Home, w workload.Workload, opt Options) Outcome {
	t.Helper()
	o, err := Run(t.Context(), h, w, opt)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func compare(t *testing.T, o Outcome, want counts) {
	t.Helper()
	if got := (counts{o.Served, o.Rejected, o.TimedOut, o.Retries, o.Latency.Max, o.End}); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// tokensAt is requests with tokens within a span of 1000 s.
func tokensAt(requests ...workload.Request) workload.Workload {
	return workload.NewRecorded(workload.Info{Name: "scenario", Span: 1000 * second, HasTokens: true}, requests)
}

// perSecond is one replica whose batch takes a second for each iteration.
func perSecond(b home.Batch) home.Home {
	b.Alpha = second
	return home.Home{
		Name: "batched", Service: home.Service{Concurrency: b.Max, Batch: &b},
		Cluster: &home.Cluster{Replicas: 1, ReplicasPerNode: 1},
	}
}

// TestCancel follows callers who take their requests away.
func TestCancel(t *testing.T) {
	replica := replicas(1, random.Constant(10))
	container := home.Home{Name: "container", Service: constant(10), Container: &home.Container{Max: 1, IdleHold: second}}
	slow := home.Home{Name: "slow", Service: constant(10), Container: &home.Container{Max: 1, StartUp: random.Constant(30), IdleHold: second}}
	function := home.Home{Name: "function", Service: constant(10), Function: &home.Function{Limit: 5, IdleExpiry: second}}
	batched := perSecond(home.Batch{Max: 1})
	long, short := workload.Request{Output: 10}, workload.Request{At: 4600 * time.Millisecond, Output: 2}
	for name, test := range map[string]struct {
		home    home.Home
		load    workload.Workload
		timeout time.Duration
		want    counts
	}{
		// The second is served from 10 s and leaves at 16 s, when the third gets its slot for one second.
		"out of service":                 {replica, at(0, 1, 2), 15 * second, counts{served: 1, timedOut: 2, worst: 10, end: 17 * second}},
		"out of service, at a container": {container, at(0, 1, 2), 15 * second, counts{served: 1, timedOut: 2, worst: 10, end: 17 * second}},
		// The first leaves before the instance has started at 30 s; the second is served from there on.
		"out of the queue":                     {slow, at(0, 28), 15 * second, counts{served: 1, timedOut: 1, worst: 12, end: 40 * second}},
		"an answer at the deadline is in time": {replica, at(0), 10 * second, counts{served: 1, worst: 10, end: 10 * second}},
		"nobody is answered":                   {replica, at(0, 1), 9 * second, counts{timedOut: 2, end: 10 * second}},
		// Counted at its deadline although the function runs on.
		"not at a function": {function, at(0), 4 * second, counts{timedOut: 1, end: 4 * second}},
		// The first leaves at the boundary at 5 s; the second left the queue at 4.5 s; the third is served from 5 to 7 s.
		"at a boundary": {batched, tokensAt(long, long, short), 4500 * time.Millisecond, counts{served: 1, timedOut: 2, worst: 2.4, end: 7 * second}},
	} {
		t.Run(name, func(t *testing.T) {
			o := runWithOptions(t, test.home, test.load, Options{Timeout: test.timeout, Cancel: true})
			compare(t, o, test.want)
			if test.home.Function != nil && o.Metered.RunTime != 10_000 {
				t.Errorf("%d ms billed, want all 10 s", o.Metered.RunTime)
			}
		})
	}
}

// TestAttemptTimeout follows callers who give an attempt up after 12 s and send the request again a second later.
func TestAttemptTimeout(t *testing.T) {
	replica := replicas(1, random.Constant(10))
	function := home.Home{Name: "function", Service: constant(10), Function: &home.Function{Limit: 5, IdleExpiry: second}}
	for name, test := range map[string]struct {
		home    home.Home
		timeout time.Duration
		opt     Options
		want    counts
		runTime int64
	}{
		// The second runs from 10 s on, although its caller gives up at 13 s; the new attempt of 14 s starts at 20 s and is given up at 26 s.
		"the old attempt runs on": {replica, 12 * second, Options{}, counts{served: 1, timedOut: 1, retries: 1, worst: 10, end: 26 * second}, 0},
		// Its slot is free from 13 s, so that the new attempt is served from 14 to 24 s.
		"the old attempt is cancelled": {replica, 12 * second, Options{Cancel: true}, counts{served: 2, retries: 1, worst: 23, end: 24 * second}, 0},
		// The request as a whole is given up at 21 s.
		"the deadline of the request holds": {replica, 12 * second, Options{Cancel: true, Timeout: 20 * second}, counts{served: 1, timedOut: 1, retries: 1, worst: 10, end: 21 * second}, 0},
		// Four attempts of 10 s, given up after 4 s each: all are paid for.
		"functions bill every attempt": {function, 4 * second, Options{Cancel: true}, counts{timedOut: 2, retries: 2, end: 10 * second}, 40_000},
	} {
		t.Run(name, func(t *testing.T) {
			test.opt.Retry = Retry{Attempts: 1, Backoff: second, AttemptTimeout: test.timeout}
			o := runWithOptions(t, test.home, at(0, 1), test.opt)
			compare(t, o, test.want)
			if o.Metered.RunTime != test.runTime {
				t.Errorf("%d ms billed, want %d", o.Metered.RunTime, test.runTime)
			}
			if want := o.Arrivals + o.Retries; o.Metered.Requests != want {
				t.Errorf("%d requests metered, want all %d attempts", o.Metered.Requests, want)
			}
		})
	}
}

// TestRetryBudget: a burst of 100, then a share of the requests.
func TestRetryBudget(t *testing.T) {
	b := newBudget(0.25)
	for i := range 100 {
		if !b.take(0) {
			t.Fatalf("retry %d of the burst is refused", i)
		}
	}
	for _, step := range []struct {
		arrivals int64
		want     bool
	}{{0, false}, {3, false}, {4, true}, {4, false}, {12, true}, {12, true}, {12, false}} {
		if got := b.take(step.arrivals); got != step.want {
			t.Errorf("after %d requests a retry is granted: %t, want %t", step.arrivals, got, step.want)
		}
	}
	var seconds []float64
	for i := range 999 {
		seconds = append(seconds, float64(i)/10)
	}
	h := home.Home{Name: "function", Service: constant(500), Function: &home.Function{Limit: 1, IdleExpiry: second}}
	o := runWithOptions(t, h, at(seconds...), Options{Retry: Retry{Attempts: 3, Budget: 0.1}})
	if o.Retries < 195 || o.Retries > 200 {
		t.Errorf("%d retries of %d requests, want the burst and a tenth of them", o.Retries, o.Arrivals)
	}
}

// TestImpossibleCallers: every one is an error.
func TestImpossibleCallers(t *testing.T) {
	for name, opt := range map[string]Options{
		"cancelled never":          {Cancel: true},
		"negative time-out":        {Timeout: -1},
		"negative attempt timeout": {Retry: Retry{AttemptTimeout: -1}},
		"budget above all":         {Retry: Retry{Budget: 1.1}},
	} {
		if _, err := Run(t.Context(), replicas(1, random.Constant(1)), at(0), opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
