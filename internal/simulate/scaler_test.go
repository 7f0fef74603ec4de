package simulate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/baseline"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
	"fulcrum.dev/fulcrum/internal/policy/keda"
	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// scaledBy is one replica under an autoscaler; another starts in 10 s.
func scaledBy(a *home.Autoscaler, service home.Service) home.Home {
	return home.Home{
		Name: "autoscaled", Service: service,
		Cluster: &home.Cluster{Replicas: 1, Autoscaler: a, ReplicasPerNode: 100, PodStartUp: random.Constant(10)},
	}
}

// asked runs a home and returns how many replicas its scaler asks for at some times, in seconds.
func asked(t *testing.T, h home.Home, w workload.Workload, seconds ...int) (Outcome, []int) {
	t.Helper()
	watched := &watchedScaler{}
	o := runWith(t, h, w, Options{}, func(c *cluster) { watched.scaler, c.scaler = c.scaler, watched })
	var got []int
	for _, s := range seconds {
		n := 1
		for _, d := range watched.decisions {
			if d.at <= int64(s)*1e9 {
				n = d.replicas
			}
		}
		got = append(got, n)
	}
	return o, got
}

// watchedScaler keeps every decision.
type watchedScaler struct {
	scaler
	decisions []decision
}

type decision struct {
	at       int64
	replicas int
}

func (w *watchedScaler) tick(now int64, c *cluster) int {
	n := w.scaler.tick(now, c)
	w.decisions = append(w.decisions, decision{now, n})
	return n
}

func (w *watchedScaler) wake(now int64) bool {
	k, ok := w.scaler.(waker)
	return ok && k.wake(now)
}

// many is n requests at one time, in seconds.
func many(n int, second float64) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = second
	}
	return list
}

func kedaOn(signal home.Signal) *home.Autoscaler {
	a := home.NewHPA(1, 10, 1)
	a.Min, a.KEDA = 0, new(keda.Default(1000))
	a.HPA.Signals[0] = signal
	return a
}

// TestKEDAFromZeroAndBack: without load the replica goes at the first poll; a request waits for the poll after it and
// the start, and after the cool-down the replica goes again at a poll.
func TestKEDAFromZeroAndBack(t *testing.T) {
	for name, signal := range map[string]home.Signal{"requests inside": home.RequestsInside, "queue": home.RequestsWaiting} {
		o, got := asked(t, scaledBy(kedaOn(signal), constant(2)), at(100), 29, 30, 100, 120, 420, 450)
		if diff := cmp.Diff([]int{1, 0, 0, 1, 1, 0}, got); diff != "" {
			t.Errorf("%s: replicas (-want +got):\n%s", name, diff)
		}
		if want := 20 + 10 + 2.0; o.Latency.Max != want || o.ColdStarts != 1 {
			t.Errorf("%s: latency %g s and %d cold starts, want %g and 1", name, o.Latency.Max, o.ColdStarts, want)
		}
	}
}

// TestKEDABelowItsActivation: a request that never activates the trigger times out with its caller, or is an error where callers
// wait for ever.
func TestKEDABelowItsActivation(t *testing.T) {
	a := kedaOn(home.RequestsWaiting)
	a.KEDA.Activation = 2000
	o, err := Run(t.Context(), scaledBy(a, constant(2)), at(100), Options{Timeout: time.Minute})
	if err != nil || o.TimedOut != 1 {
		t.Errorf("%d timed out, error %v, want 1 and none", o.TimedOut, err)
	}
	if _, err := Run(t.Context(), scaledBy(a, constant(2)), at(100), Options{}); err == nil {
		t.Error("no error for a request that nothing will ever serve")
	}
}

// TestLongServiceIsNotForsaken: a request that takes longer than the patience, and one that waits behind it, are served.
func TestLongServiceIsNotForsaken(t *testing.T) {
	days := 3 * time.Duration(patience)
	o := run(t, scaledBy(home.NewHPA(1, 1, 1), constant(days.Seconds())), at(100, 200))
	if o.Served != 2 {
		t.Errorf("%d of 2 served", o.Served)
	}
}

// TestKnativeFromZeroAndBack: a replica without load goes after the stable window and the grace; the request that finds none
// is reported at once. While the activator holds it the load of one, at 0.7 for a replica, calls for two, which is a panic.
func TestKnativeFromZeroAndBack(t *testing.T) {
	a := &home.Autoscaler{Bounds: scale.Bounds{Max: 10}, Target: 0.7, KPA: new(kpa.Default(1))}
	o, got := asked(t, scaledBy(a, constant(2)), at(300.5), 60, 130, 300, 301, 310, 378, 400)
	if diff := cmp.Diff([]int{1, 0, 0, 1, 2, 1, 0}, got); diff != "" {
		t.Errorf("replicas (-want +got):\n%s", diff)
	}
	if o.Latency.Max != 12 || o.ColdStarts != 1 {
		t.Errorf("latency %g s and %d cold starts, want 12 and 1", o.Latency.Max, o.ColdStarts)
	}
}

// TestHPAOnSingleReplicas: the share of busy slots, and the time with any request, which is 1 as soon as one of four slots is busy.
func TestHPAOnSingleReplicas(t *testing.T) {
	one := home.Service{Duration: random.Constant(900), Concurrency: 4}
	for name, test := range map[string]struct {
		metric hpa.Metric
		signal home.Signal
		want   []int
	}{
		"busy slots at a quarter of 25 %":     {hpa.Metric{Kind: hpa.Utilization, CPU: true, Target: 25}, home.BusySlotsPerPod, []int{1, 1}},
		"busy slots at a quarter of 12 %":     {hpa.Metric{Kind: hpa.Utilization, CPU: true, Target: 12}, home.BusySlotsPerPod, []int{1, 3}},
		"time with a request, against 50 %":   {hpa.Metric{Kind: hpa.PodAverage, Target: 500}, home.BusyTimePerPod, []int{1, 2}},
		"requests in a replica, against 0.5":  {hpa.Metric{Kind: hpa.PodAverage, Target: 500}, home.RequestsPerPod, []int{1, 2}},
		"requests in a replica, against four": {hpa.Metric{Kind: hpa.PodAverage, Target: 4000}, home.RequestsPerPod, []int{1, 1}},
	} {
		a := home.NewHPA(1, 10, 1)
		a.HPA.Metrics, a.HPA.Signals = []hpa.Metric{test.metric}, []home.Signal{test.signal}
		_, got := asked(t, scaledBy(a, one), at(0), 15, 30)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestHPADoesNotCountReplicasThatStart: with one replica of two starting, the load of the ready one calls for more; counted as
// idle, it does not.
func TestHPADoesNotCountReplicasThatStart(t *testing.T) {
	a := home.NewHPA(1, 10, 1)
	a.HPA.Metrics = []hpa.Metric{{Kind: hpa.PodAverage, Target: 1000}}
	a.HPA.Signals = []home.Signal{home.RequestsPerPod}
	h := scaledBy(a, home.Service{Duration: random.Constant(900), Concurrency: 2})
	h.Cluster.PodStartUp = random.Constant(300)
	_, got := asked(t, h, at(0, 0), 30, 45, 60, 300)
	if diff := cmp.Diff([]int{2, 2, 2, 2}, got); diff != "" {
		t.Errorf("replicas (-want +got):\n%s", diff)
	}
}

// TestHPAOnTheQueue: the requests that wait, as they are at the sync.
func TestHPAOnTheQueue(t *testing.T) {
	a := home.NewHPA(1, 10, 2)
	a.HPA.Signals[0] = home.RequestsWaiting
	_, got := asked(t, scaledBy(a, constant(900)), at(many(7, 1)...), 15, 30)
	if diff := cmp.Diff([]int{1, 3}, got); diff != "" { // six wait, two for each replica
		t.Errorf("replicas (-want +got):\n%s", diff)
	}
}

// TestScheduledReplicas: the number follows the clock alone, or bounds an autoscaler from below.
func TestScheduledReplicas(t *testing.T) {
	entries := func(most int) []scale.ScheduleEntry {
		var list []scale.ScheduleEntry
		for minute, n := range map[int]int{0: 2, 5: 4, 10: 1} {
			list = append(list, scale.ScheduleEntry{At: time.Duration(minute) * time.Minute, Bounds: scale.Bounds{Min: n, Max: max(n, most)}})
		}
		return list
	}
	h := scaledBy(nil, constant(1))
	h.Cluster.Schedule = entries(0)
	o := run(t, h, at(700))
	if want := int64((2*300 + 4*300 + 400) * 1000); o.Metered.ReplicaTime != want {
		t.Errorf("replica-time %d ms, want %d", o.Metered.ReplicaTime, want)
	}
	h = scaledBy(home.NewHPA(1, 10, 1), constant(900))
	h.Cluster.Schedule = entries(10)
	if o := run(t, h, at(many(6, 1)...)); o.PeakLive != 6 {
		t.Errorf("%d replicas at the most, want the 6 that the load calls for above the schedule's 4", o.PeakLive)
	}
}

// TestDemandScalers: each planner is told the mean demand of its intervals in replicas.
func TestDemandScalers(t *testing.T) {
	steady := at(many(6, 0)...) // six requests inside for longer than the span
	bounds := scale.Bounds{Min: 1, Max: 10}
	for name, test := range map[string]struct {
		a    home.Autoscaler
		want []int
	}{
		"Spock":      {home.Autoscaler{Spock: &home.Spock{Interval: time.Minute, Intervals: 2}}, []int{3, 3}},
		"Cackle":     {home.Autoscaler{Cackle: &baseline.CackleRule{Bounds: bounds, Interval: 10 * time.Second, Premium: 3}}, []int{3, 3}},
		"Predictive": {home.Autoscaler{Predictive: new(scale.DefaultPredictive(bounds, time.Minute, time.Minute))}, []int{3, 3}},
	} {
		a := test.a
		a.Bounds, a.Target = bounds, 2
		_, got := asked(t, scaledBy(&a, constant(2000)), steady, 60, 120)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestArrivalScalers: MArk provides for 1.2 times the busiest 5 s, LIBRA for what full replicas serve.
func TestArrivalScalers(t *testing.T) {
	var times []float64
	for i := range 500 {
		times = append(times, float64(i)*2) // 0.5/s
	}
	bounds := scale.Bounds{Min: 1, Max: 10}
	for name, test := range map[string]struct {
		a    home.Autoscaler
		want []int
	}{
		"MArk":                       {home.Autoscaler{MArk: &home.MArk{Rate: 0.25}}, []int{1, 3}}, // 3 in a window: 0.72/s
		"LIBRA, serverless is cheap": {home.Autoscaler{LIBRA: &home.LIBRA{Interval: 30 * time.Second, Rate: 0.2, Premium: 1}}, []int{2, 2}},
		"LIBRA, serverless is dear":  {home.Autoscaler{LIBRA: &home.LIBRA{Interval: 30 * time.Second, Rate: 0.2, Premium: 3}}, []int{3, 3}},
	} {
		a := test.a
		a.Bounds, a.Target = bounds, 1
		_, got := asked(t, scaledBy(&a, constant(1)), at(times...), 30, 60)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestBaseIsScaledOnAllRequests: a base whose overflow goes elsewhere grows for it, unless it is one home among equals.
func TestBaseIsScaledOnAllRequests(t *testing.T) {
	for base, want := range map[bool]int{false: 1, true: 6} {
		h := scaledBy(home.NewHPA(1, 10, 1), constant(900))
		overflow := serverless(h.Service)
		o := hybrid(t, Hybrid{Homes: []home.Home{h, overflow}, Router: overflowWhenFull(t), Base: base}, at(many(6, 1)...), Options{})
		if o.Homes[0].PeakLive != want {
			t.Errorf("with base %t: %d replicas at the most, want %d", base, o.Homes[0].PeakLive, want)
		}
	}
}
