package simulate

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestOrderAtOneInstant has two things happen at the same time, whose order (docs/simulation.md) decides what comes out.
func TestOrderAtOneInstant(t *testing.T) {
	full := replicas(1, random.Constant(10)) // and nobody may wait
	full.Cluster.Queue = home.Queue{Bounded: true}
	patient := replicas(1, random.Constant(10))
	patient.Cluster.Queue = home.Queue{Timeout: 10 * second}
	busy := replicas(1, random.Constant(30))
	busy.Cluster.Queue = home.Queue{Bounded: true}
	newest := home.Function{Limit: 5, IdleExpiry: 10 * second, Routing: home.NewestCreated}
	container := func(c home.Container, concurrency int) home.Home {
		c.Max = 1
		return home.Home{Name: "container", Service: home.Service{Duration: random.Constant(2), Concurrency: concurrency}, Container: &c}
	}
	function := func(f home.Function) home.Home {
		return home.Home{Name: "function", Service: constant(2), Function: &f}
	}
	for name, test := range map[string]struct {
		home home.Home
		load workload.Workload
		opt  Options
		want counts
		cold int64
	}{
		"an arrival finds the slot that is freed": {
			full, at(0, 10),
			Options{},
			counts{served: 2, worst: 10, end: 20 * second},
			0,
		},
		"two slots are freed for the two that wait": {
			replicas(2, random.Constant(10)), at(0, 0, 1, 2),
			Options{},
			counts{served: 4, worst: 19, end: 20 * second},
			0,
		},
		"an arrival finds the instance that has started": {
			container(home.Container{StartUp: random.Constant(5), IdleHold: second}, 2), at(0, 5),
			Options{},
			counts{served: 2, worst: 7, end: 7 * second},
			1,
		},
		"an arrival does not find the environment that expires": {
			function(home.Function{Limit: 5, IdleExpiry: 10 * second}), at(0, 12),
			Options{},
			counts{served: 2, worst: 2, end: 14 * second},
			2,
		},
		"an arrival does not find the environment that expires, with an event of its own": {
			function(newest), at(0, 12),
			Options{},
			counts{served: 2, worst: 2, end: 14 * second},
			2,
		},
		"an arrival does not find the instance whose hold ends": {
			container(home.Container{StartUp: random.Constant(5), IdleHold: 10 * second}, 1), at(0, 17),
			Options{},
			counts{served: 2, worst: 7, end: 24 * second},
			2,
		},
		"an instance without a hold goes after its request and before the next": {
			container(home.Container{StartUp: random.Constant(5)}, 1), at(0, 7),
			Options{},
			counts{served: 2, worst: 7, end: 14 * second},
			2,
		},
		// The second is refused at 0.5 s and sent again at 2 s, before the third arrives, which then is refused twice.
		"a request that is sent again comes before one that arrives": {
			function(home.Function{Limit: 1, IdleExpiry: second}), at(0, 0.5, 2),
			Options{Retry: Retry{Attempts: 1, Backoff: 1500 * time.Millisecond}},
			counts{served: 2, rejected: 1, retries: 2, worst: 3.5, end: 4 * second},
			1,
		},
		"a request that is sent again finds the slot that is freed": {
			full, at(0, 1),
			Options{Retry: Retry{Attempts: 1, Backoff: 9 * second}},
			counts{served: 2, retries: 1, worst: 19, end: 20 * second},
			0,
		},
		// The second is sent again at 41 s, when its caller leaves, and is refused: it has not timed out.
		"a request is sent again before its caller leaves": {
			busy, at(0, 1, 35),
			Options{Timeout: 40 * second, Cancel: true, Retry: Retry{Attempts: 1, Backoff: 40 * second}},
			counts{served: 2, rejected: 1, retries: 1, worst: 30, end: 65 * second},
			0,
		},
		"an answer comes before the attempt is given up": {
			full, at(0),
			Options{Retry: Retry{Attempts: 1, AttemptTimeout: 10 * second}},
			counts{served: 1, worst: 10, end: 10 * second},
			0,
		},
		// The attempt is given up at 5 s, to be sent again at once, before its caller leaves at 5 s all the same.
		"an attempt is given up before its caller leaves": {
			full, at(0),
			Options{Timeout: 5 * second, Cancel: true, Retry: Retry{Attempts: 1, AttemptTimeout: 5 * second}},
			counts{timedOut: 1, retries: 1, end: 5 * second},
			0,
		},
		"whoever gets a slot when its wait may last no longer is served": {
			patient, at(0, 0),
			Options{},
			counts{served: 2, worst: 20, end: 20 * second},
			0,
		},
		"whoever gets an instance when its wait may last no longer is served": {
			container(home.Container{StartUp: random.Constant(5), IdleHold: second, QueueTimeout: 5 * second}, 1), at(0),
			Options{},
			counts{served: 1, worst: 7, end: 7 * second},
			1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := runWithOptions(t, test.home, test.load, test.opt)
			compare(t, o, test.want)
			if o.ColdStarts != test.cold {
				t.Errorf("%d cold starts, want %d", o.ColdStarts, test.cold)
			}
		})
	}
}

// TestArrivalsAtOneInstantKeepTheirOrder: they are served in that of the source, and by priority first where that counts.
func TestArrivalsAtOneInstantKeepTheirOrder(t *testing.T) {
	list := []workload.Request{{Work: 8 * second}, {Work: 1 * second}, {Work: 2 * second, Priority: 1}, {Work: 4 * second}, {Work: 16 * second, Priority: 1}}
	for ranked, order := range map[bool][]int{false: {0, 1, 2, 3, 4}, true: {0, 2, 4, 1, 3}} {
		h := replicas(1, nil)
		h.Service.ByPriority = ranked
		o := run(t, h, workload.NewRecorded(workload.Info{Span: 1000 * second, HasPriorities: true}, list))
		var now, sum time.Duration
		for _, i := range order {
			sum += now
			now += list[i].Work
		}
		near(t, "mean wait", o.Wait.Mean, sum.Seconds()/float64(len(list)), 1e-12)
	}
}

// TestHomesInTheOrderOfTheirList: at 2 s a request ends at either home, and then the caller of the one that waits leaves.
func TestHomesInTheOrderOfTheirList(t *testing.T) {
	router, err := route.NewWeights([]int{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	h := Hybrid{Homes: []home.Home{replicas(1, random.Constant(2)), replicas(1, random.Constant(2))}, Router: router}
	e := newEngine(h, workload.Info{Span: 1000 * second}, Options{Timeout: 2 * second, Cancel: true})
	for range 3 {
		e.route(e.send(&workload.Request{}))
	}
	var order []int
	for i, at := e.next(); at <= int64(2*second); i, at = e.next() {
		order = append(order, i)
		e.step(i, at)
	}
	if want := []int{0, 1, outside}; !slices.Equal(order, want) {
		t.Errorf("the order is %d, want %d", order, want)
	}
}

// TestMomentIsBeforeItsInstant: at 10 s a request ends, at 20 s one arrives; each shows in the moment after.
func TestMomentIsBeforeItsInstant(t *testing.T) {
	o := runWithOptions(t, replicas(1, random.Constant(10)), at(0, 20), Options{Timeline: 100})
	var got [][3]int64
	for _, m := range o.Timeline.Homes[0].Moments[:4] {
		got = append(got, [3]int64{m.Arrivals, int64(m.InFlight), m.Served})
	}
	if diff := cmp.Diff([][3]int64{{1, 1, 0}, {1, 0, 1}, {2, 1, 1}, {2, 0, 2}}, got); diff != "" {
		t.Errorf("arrivals, inside and served at 10, 20, 30 and 40 s (-want +got):\n%s", diff)
	}
}
