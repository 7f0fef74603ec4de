package simulate

import (
	"context"
	"runtime"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
	"fulcrum.dev/fulcrum/internal/policy/keda"
	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// everyKind is a system of each kind with what can remember something: callers of two priorities who wait, leave and try again,
// a timeline, and each kind of autoscaler and of hybrid.
func everyKind(t testing.TB) map[string]system {
	t.Helper()
	opt := Options{
		Seed: 5, Timeout: 30 * time.Second, Timeline: 100,
		Retry: Retry{Attempts: 2, Backoff: time.Second, Jitter: 1, AttemptTimeout: 20 * time.Second, Budget: 0.2},
	}
	cancelled := opt
	cancelled.Cancel = true
	service := home.Service{Duration: random.Exponential(1), Concurrency: 2, ByPriority: true}
	one := home.Service{Duration: service.Duration, Concurrency: 1}
	scaled := func(a *home.Autoscaler, n home.Nodes) home.Home {
		return home.Home{Name: "autoscaled", Service: service, Cluster: &home.Cluster{
			Replicas: 1, Autoscaler: a, ReplicasPerNode: 2, NodeStartUp: random.Constant(60), PodStartUp: random.Constant(10), Nodes: n,
			Queue: home.Queue{Bounded: true, Length: 30, Timeout: 10 * time.Second},
		}}
	}
	autoscaled := func(n home.Nodes) home.Home { return scaled(home.NewHPA(1, 20, 1.4), n) }
	pods, onKEDA, onKPA := home.NewHPA(1, 20, 1.4), home.NewHPA(0, 20, 1.4), home.NewHPA(0, 20, 1.4)
	pods.HPA.Metrics = []hpa.Metric{{Kind: hpa.Utilization, CPU: true, Target: 70}}
	pods.HPA.Signals = []home.Signal{home.BusySlotsPerPod}
	onKEDA.HPA.Min, onKEDA.KEDA = 1, new(keda.Default(home.Thousandths(1.4)))
	onKPA.HPA, onKPA.KPA = nil, new(kpa.Default(2))
	fixed := replicas(5, service.Duration)
	batched := replicas(1, nil)
	batched.Service = home.Service{Concurrency: 6, ByPriority: true, Batch: &home.Batch{
		Alpha: 20 * time.Millisecond, Beta: 150 * time.Microsecond, Gamma: 32 * time.Microsecond, Max: 6, KVTokens: 800, MaxTokens: 64, MaxWaiting: 20,
	}}
	tracking := scale.DefaultTargetTracking(scale.Bounds{Min: 1, Max: 20})
	function := home.Home{Name: "function", Service: one, Function: &home.Function{
		Limit: 50, Burst: 5, BurstPeriod: 10 * time.Second, Init: random.Exponential(1), IdleExpiry: 5 * time.Second, IdleExpiryMax: 10 * time.Second,
		Provisioned: 1, Tracking: &tracking, AllocationDelay: time.Minute, HeldStep: 5 * time.Minute, Step: time.Millisecond,
		Routing: home.NewestCreated, Timeout: 5 * time.Second,
	}}
	kept := home.Home{Name: "kept", Service: one, Function: &home.Function{
		Limit: 50, Init: random.Exponential(1), IdleExpiry: 5 * time.Second, IdleHistogram: true, Schedule: daily(map[int]int{0: 1, 3600: 5}),
	}}
	container := home.Home{Name: "container", Service: service, Container: &home.Container{
		Max: 3, StartUp: random.Exponential(5), IdleHold: 5 * time.Second, Burst: 5, BurstPeriod: time.Minute, StartsAtOnce: 3, CancelSurplus: true,
		QueueLength: 20, QueueTimeout: 10 * time.Second, Schedule: daily(map[int]int{0: 1, 3600: 2}),
	}}
	spot := home.Spot{
		Rate: 20, Notice: 2 * time.Minute, Base: 1, Available: time.Hour, Unavailable: 10 * time.Minute,
		Fallback: true, FallbackAfter: time.Minute, Restart: true, Checkpoint: time.Second,
	}
	overflow := func(int) route.Router { return overflowWhenFull(t) }
	burst := func(int) route.Router { return new(route.Burst) }
	return map[string]system{
		"fixed cluster":          {[]home.Home{fixed}, nil, false, cancelled},
		"HPA":                    {[]home.Home{autoscaled(home.Nodes{Spare: 1})}, nil, false, opt},
		"HPA, Karpenter, losses": {[]home.Home{autoscaled(withLosses(karpenter()))}, nil, false, cancelled},
		"HPA, autoscaler, spot":  {[]home.Home{autoscaled(withSpot(clusterAutoscaler(), spot))}, nil, false, opt},
		"HPA on CPU":             {[]home.Home{scaled(pods, home.Nodes{})}, nil, false, opt},
		"KEDA":                   {[]home.Home{scaled(onKEDA, home.Nodes{})}, nil, false, opt},
		"KPA":                    {[]home.Home{scaled(onKPA, home.Nodes{})}, nil, false, opt},
		"batched":                {[]home.Home{batched}, nil, false, cancelled},
		"function":               {[]home.Home{function}, nil, false, opt},
		"function, histogram":    {[]home.Home{kept}, nil, false, opt},
		"container":              {[]home.Home{container}, nil, false, cancelled},
		"base and overflow":      {[]home.Home{fixed, function}, overflow, true, opt},
		"burst":                  {[]home.Home{autoscaled(home.Nodes{}), container}, burst, true, cancelled},
	}
}

func withLosses(n home.Nodes) home.Nodes {
	n.LossRate = 10
	return n
}

func withSpot(n home.Nodes, s home.Spot) home.Nodes {
	n.Spot = &s
	return n
}

// streamed is about n requests of two priorities, 5 a second; they are made while they are read.
func streamed(t testing.TB, n float64) workload.Workload {
	t.Helper()
	prompt, answer := v1alpha1.CountDistribution{Mean: 100, CV: 1}, v1alpha1.CountDistribution{Mean: 50, CV: 1}
	high, err := workload.Prioritise(tokens(t, 1, n/5, prompt, answer), 3)
	if err != nil {
		t.Fatal(err)
	}
	w, err := workload.Merge(tokens(t, 4, n*4/5, prompt, answer), high)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// memoryOf replays a workload and returns the bytes that the run, its traffic included, still holds at its end, and how many
// allocations it made.
func memoryOf(t testing.TB, s system, w workload.Workload) (bytes, allocations int64) {
	t.Helper()
	h := Hybrid{Homes: s.homes, Base: s.base}
	if s.routing != nil {
		h.Router = s.routing(1)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stream, err := w.Open()
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(h, w.Info(), s.opt)
	if err := e.run(context.Background(), stream); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err := e.outcome().CheckLaws(); err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(stream)
	return int64(after.HeapAlloc) - int64(before.HeapAlloc), int64(after.Mallocs - before.Mallocs)
}

// TestMemoryIsThatOfWhatIsInside: ten times the traffic, whatever it goes through, holds no more memory at its end, and
// allocates nothing for a request. The rest is autoscalers, which may allocate when they decide.
func TestMemoryIsThatOfWhatIsInside(t *testing.T) {
	const short, long = 20_000, 200_000
	for name, s := range everyKind(t) {
		t.Run(name, func(t *testing.T) {
			shortBytes, shortAllocs := memoryOf(t, s, streamed(t, short))
			longBytes, longAllocs := memoryOf(t, s, streamed(t, long))
			t.Logf("%d and %d bytes, %d and %d allocations", shortBytes, longBytes, shortAllocs, longAllocs)
			// A longer run meets a higher peak, for which slabs double. A byte for each request would be more.
			if grown := longBytes - shortBytes; grown > (long-short)/2 {
				t.Errorf("%d bytes are held after %d requests, %d after %d", shortBytes, short, longBytes, long)
			}
			if more := longAllocs - shortAllocs; more > (long-short)/10 {
				t.Errorf("%d allocations for %d requests, %d for %d", shortAllocs, short, longAllocs, long)
			}
		})
	}
}
