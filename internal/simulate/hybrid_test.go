package simulate

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// overflowWhenFull sends to home 1 what finds no free slot at home 0.
func overflowWhenFull(t testing.TB) route.Router {
	t.Helper()
	r, err := route.NewBaseOverflow(route.OverflowRule{Saturation: route.Saturation{Signal: route.InFlightShare, Enter: 1, Leave: 0.999}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func serverless(service home.Service) home.Home {
	return home.Home{Name: "overflow", Service: service, Function: &home.Function{Limit: 100_000, IdleExpiry: time.Minute}}
}

func hybrid(t testing.TB, h Hybrid, w workload.Workload, opt Options) Outcome {
	t.Helper()
	o, err := RunHybrid(context.Background(), h, w, opt)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestHybridIsItsHomes: a router that sends everything to one home leaves the others with what they cost idle.
func TestHybridIsItsHomes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		used, w := anyHome(t), anyWorkload(t)
		idle := home.Home{Name: "idle", Service: used.Service, Cluster: &home.Cluster{Replicas: 2, ReplicasPerNode: 1}}
		router, err := route.NewSingle(0, 2)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := Run(context.Background(), used, w, Options{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		both, err := RunHybrid(context.Background(), Hybrid{Homes: []home.Home{used, idle}, Router: router}, w, Options{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(alone.Capacity, both.Homes[0].Capacity); diff != "" {
			t.Fatalf("the home behaves otherwise beside an idle one (-alone +beside):\n%s", diff)
		}
		if diff := cmp.Diff(alone.Latency, both.Latency); diff != "" {
			t.Fatalf("latency (-alone +beside):\n%s", diff)
		}
		fixed := home.Metered{NodeTime: 2 * w.Info().Span.Milliseconds(), ReplicaTime: 2 * w.Info().Span.Milliseconds(), PeakNodes: 2}
		if diff := cmp.Diff(fixed, both.Homes[1].Metered); diff != "" {
			t.Fatalf("a home that is never used costs its fixed part (-want +got):\n%s", diff)
		}
	})
}

// TestIdleHomeCostsItsFixedPart: beside a home that takes everything, one of any kind costs what it costs without any traffic.
func TestIdleHomeCostsItsFixedPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		homes, w := []home.Home{anyHome(t), anyHome(t)}, anyWorkload(t)
		// What happens after the traffic, while the other home works its queue off, is not metered, but can raise the peak.
		none := workload.NewRecorded(w.Info(), nil)
		var fixed [2]Capacity
		for i, load := range []workload.Workload{none, w} {
			router, err := route.NewSingle(0, 2)
			if err != nil {
				t.Fatal(err)
			}
			o, err := RunHybrid(context.Background(), Hybrid{Homes: homes, Router: router}, load, Options{Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			fixed[i] = o.Homes[1].Capacity
			fixed[i].PeakLive, fixed[i].Metered.PeakNodes = 0, 0
		}
		if diff := cmp.Diff(fixed[0], fixed[1]); diff != "" {
			t.Fatalf("a home that is never used (-without traffic +beside one that takes it):\n%s", diff)
		}
	})
}

// TestHybridLaws runs pairs of random homes under random routers and callers. Run checks conservation and
// Little's law of the whole; here the parts are compared with it.
func TestHybridLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorkload(t)
		homes := []home.Home{anyHome(t), anyHome(t)}
		opt := Options{Seed: 5, Timeline: 20, Retry: Retry{
			Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"), Jitter: rapid.Float64Range(0, 1).Draw(t, "jitter"),
			Backoff: time.Duration(rapid.IntRange(0, 10_000).Draw(t, "backoff")) * time.Millisecond,
		}}
		o, err := RunHybrid(context.Background(), Hybrid{Homes: homes, Router: anyRouter(t)}, w, opt)
		if err != nil {
			t.Fatal(err)
		}
		var served, timedOut, starts, cold int64
		var sum home.Metered
		var live, inside float64
		for i, h := range o.Homes {
			if h.Arrivals != h.Served+h.Rejected+h.TimedOut {
				t.Fatalf("home %d: %d arrivals, %d served, %d rejected, %d timed out", i, h.Arrivals, h.Served, h.Rejected, h.TimedOut)
			}
			served, timedOut, sum = served+h.Served, timedOut+h.TimedOut, sum.Plus(h.Metered)
			starts, cold = starts+h.Starts, cold+h.ColdStarts
			live, inside = live+h.MeanLive, inside+h.Latency.Mean*float64(h.Latency.Count)
			checkCurve(t, o.Timeline.Homes[i].Moments, h)
		}
		if served != o.Served || timedOut != o.TimedOut || starts != o.Starts || cold-o.Retries > o.ColdStarts || cold < o.ColdStarts || sum != o.Metered {
			t.Fatalf("the homes' sums are not those of the whole: %+v", o)
		}
		if whole := o.Latency.Mean * float64(o.Served); math.Abs(inside-whole) > 1e-9*whole || math.Abs(live-o.MeanLive) > 1e-9*live {
			t.Fatalf("the homes have %g s of latency and %g live, the whole %g s and %g", inside, live, whole, o.MeanLive)
		}
	})
}

// checkCurve: counters only rise, and the last moment is the end of the span at the latest.
func checkCurve(t *rapid.T, moments []Moment, h HomeOutcome) {
	for i := 1; i < len(moments); i++ {
		a, b := moments[i-1], moments[i]
		if b.Arrivals < a.Arrivals || b.Served < a.Served || b.Metered.NodeTime < a.Metered.NodeTime || b.Metered.RunTime < a.Metered.RunTime || b.Metered.InstanceTime < a.Metered.InstanceTime || b.Starts < a.Starts || b.ColdStarts < a.ColdStarts {
			t.Fatalf("moment %d counts less than the one before: %+v, %+v", i, a, b)
		}
		if b.InFlight < b.Waiting || b.Ready < 0 || b.Starting < 0 {
			t.Fatalf("moment %d: %+v", i, b)
		}
	}
	if last := moments[len(moments)-1]; last.Arrivals > h.Arrivals || last.Metered.NodeTime > h.Metered.NodeTime || last.Metered.HeldTime > h.Metered.HeldTime {
		t.Fatalf("the last moment %+v is beyond the outcome %+v", last, h)
	}
}

// TestTimelineChangesNothing: looking does not change what happens.
func TestTimelineChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, w := anyHome(t), anyWorkload(t)
		var out [2]string
		for i, moments := range []int{0, 97} {
			o, err := Run(context.Background(), h, w, Options{Seed: 5, Timeline: moments})
			if err != nil {
				t.Fatal(err)
			}
			if moments > 0 && len(o.Timeline.Homes[0].Moments) > moments {
				t.Fatalf("%d moments, %d asked for", len(o.Timeline.Homes[0].Moments), moments)
			}
			o.Timeline = nil
			data, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			out[i] = string(data)
		}
		if out[0] != out[1] {
			t.Fatalf("with a timeline:\n%s\nwithout:\n%s", out[1], out[0])
		}
	})
}

// TestTimelineMoments follows one request by hand: moments show the state before what happens at their instant.
func TestTimelineMoments(t *testing.T) {
	h := home.Home{
		Name: "containers", Service: constant(20),
		Container: &home.Container{Max: 5, StartUp: random.Constant(10), IdleHold: 60 * time.Second, BootBilled: true},
	}
	w := workload.NewRecorded(workload.Info{Name: "scenario", Span: 100 * time.Second}, []workload.Request{{At: 5 * time.Second}, {At: 20 * time.Second}})
	o, err := Run(context.Background(), h, w, Options{Seed: 1, Timeline: 5})
	if err != nil {
		t.Fatal(err)
	}
	// The first waits from 5 to 15 s and is served to 35 s on an instance that lives to 95 s; the second waits to 30 s and is served to 50 s on another.
	want := []Moment{
		{Ready: 1, InFlight: 1, Arrivals: 1, Starts: 1, ColdStarts: 1, Metered: home.Metered{InstanceTime: 15_000, ActiveTime: 15_000, Requests: 1}},
		{Ready: 2, InFlight: 1, Arrivals: 2, Served: 1, Starts: 2, ColdStarts: 2, Metered: home.Metered{InstanceTime: 55_000, ActiveTime: 50_000, Requests: 2}},
		{Ready: 2, Arrivals: 2, Served: 2, Starts: 2, ColdStarts: 2, Metered: home.Metered{InstanceTime: 95_000, ActiveTime: 60_000, Requests: 2}},
		{Ready: 2, Arrivals: 2, Served: 2, Starts: 2, ColdStarts: 2, Metered: home.Metered{InstanceTime: 135_000, ActiveTime: 60_000, Requests: 2}},
		{Ready: 1, Arrivals: 2, Served: 2, Starts: 2, ColdStarts: 2, Metered: home.Metered{InstanceTime: 170_000, ActiveTime: 60_000, Requests: 2}},
	}
	if o.Timeline.Step != 20*time.Second {
		t.Errorf("a moment every %v, want 20 s", o.Timeline.Step)
	}
	if diff := cmp.Diff(want, o.Timeline.Homes[0].Moments); diff != "" {
		t.Errorf("moments (-want +got):\n%s", diff)
	}
}

// TestRetries follows refused requests by hand.
func TestRetries(t *testing.T) {
	h := home.Home{Name: "functions", Service: constant(2), Function: &home.Function{Limit: 1, IdleExpiry: time.Minute}}
	for _, test := range []struct {
		name                      string
		retry                     Retry
		timeout                   time.Duration
		served, rejected, retries int64
		worst                     float64
	}{
		{name: "none", served: 1, rejected: 1},
		{name: "after the first is done", retry: Retry{Attempts: 1, Backoff: 3 * time.Second}, served: 2, retries: 1, worst: 5},
		{name: "doubling: 0.5, 1 and 2 s", retry: Retry{Attempts: 3, Backoff: 500 * time.Millisecond}, served: 2, retries: 3, worst: 5.5},
		{name: "bounded: 0.5, 0.6 and 0.6 s", retry: Retry{Attempts: 9, Backoff: 500 * time.Millisecond, MaxBackoff: 600 * time.Millisecond}, served: 2, retries: 4, worst: 4.3},
		{name: "too few", retry: Retry{Attempts: 2, Backoff: 500 * time.Millisecond}, served: 1, rejected: 1, retries: 2, worst: 2},
		{name: "not after the caller has left", retry: Retry{Attempts: 5, Backoff: 500 * time.Millisecond}, timeout: 2 * time.Second, served: 1, rejected: 1, retries: 2, worst: 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := Run(context.Background(), h, at(0, 0), Options{Seed: 1, Retry: test.retry, Timeout: test.timeout})
			if err != nil {
				t.Fatal(err)
			}
			if o.Served != test.served || o.Rejected != test.rejected || o.Retries != test.retries {
				t.Errorf("%d served, %d rejected, %d retries, want %d, %d, %d", o.Served, o.Rejected, o.Retries, test.served, test.rejected, test.retries)
			}
			if test.worst > 0 && o.Latency.Max != test.worst {
				t.Errorf("the slowest took %g s, want %g", o.Latency.Max, test.worst)
			}
		})
	}
}

// TestSpendCap: 2 s at 1 USD a second let five requests overflow under a cap of 9 USD a day; the others wait at the base.
func TestSpendCap(t *testing.T) {
	start := time.Date(2000, 1, 3, 0, 0, 0, 0, time.UTC)
	limit, err := route.NewSpendCap(start, 9, route.Daily)
	if err != nil {
		t.Fatal(err)
	}
	router, err := route.NewBaseOverflow(route.OverflowRule{Saturation: route.Saturation{Signal: route.InFlightShare, Enter: 1, Leave: 0.5}, Cap: limit})
	if err != nil {
		t.Fatal(err)
	}
	base := replicas(1, random.Constant(2))
	o := hybrid(t, Hybrid{Homes: []home.Home{base, serverless(base.Service)}, Router: router},
		at(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), Options{Seed: 1, SpendRates: []float64{0, 1}})
	if o.Homes[0].Served != 5 || o.Homes[1].Served != 5 {
		t.Errorf("%d served by the base, %d by the overflow, want 5 and 5", o.Homes[0].Served, o.Homes[1].Served)
	}
}

// TestSpendCapKnowsNoFuture: requests of 11 s are expected to take the 1 s of the profile when they are sent. All that
// overflow at once pass a cap of 9 USD a day, and when their cost is known nothing overflows any more.
func TestSpendCapKnowsNoFuture(t *testing.T) {
	limit, err := route.NewSpendCap(time.Date(2000, 1, 3, 0, 0, 0, 0, time.UTC), 9, route.Daily)
	if err != nil {
		t.Fatal(err)
	}
	router, err := route.NewBaseOverflow(route.OverflowRule{Saturation: route.Saturation{Signal: route.InFlightShare, Enter: 1, Leave: 0.5}, Cap: limit})
	if err != nil {
		t.Fatal(err)
	}
	base := replicas(1, random.Constant(1))
	base.Service.PerInput = time.Second
	var list []workload.Request
	for _, at := range []time.Duration{0, 0, 0, 0, 20 * time.Second, 20 * time.Second} {
		list = append(list, workload.Request{At: at, Input: 10})
	}
	w := workload.NewRecorded(workload.Info{Name: "long prompts", Span: 1000 * time.Second}, list)
	o := hybrid(t, Hybrid{Homes: []home.Home{base, serverless(base.Service)}, Router: router}, w, Options{Seed: 1, SpendRates: []float64{0, 1}})
	if o.Homes[0].Served != 3 || o.Homes[1].Served != 3 {
		t.Errorf("%d served by the base, %d by the overflow, want 3 and 3", o.Homes[0].Served, o.Homes[1].Served)
	}
}

// TestEstimatorsForgetNoRequest: whatever becomes of requests and their callers, the router has been told of each end.
func TestEstimatorsForgetNoRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := anySystem(t), anyWorkload(t)
		if s.routing == nil {
			s.homes, s.routing = append(s.homes, anyHome(t)), anyRouting(t)
		}
		stream, err := w.Open()
		if err != nil {
			t.Fatal(err)
		}
		e := newEngine(Hybrid{Homes: s.homes, Base: s.base, Router: s.routing(1)}, w.Info(), s.opt)
		if err := e.run(context.Background(), stream); err != nil {
			t.Fatal(err)
		}
		for i := range e.homes {
			if n := e.dispatch.Home(i).InFlight(); n != 0 && !e.hopeless {
				t.Fatalf("home %d: %d requests in flight at the end, as the router sees it", i, n)
			}
		}
	})
}
