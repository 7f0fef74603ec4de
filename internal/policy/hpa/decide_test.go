package hpa

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDecide has what Kubernetes' own tests leave open.
func TestDecide(t *testing.T) {
	total := func(value int64) Snapshot { return Snapshot{Readings: []Reading{{Total: value}}} }
	unread := Snapshot{Readings: []Reading{{Unavailable: true}}}
	type tick struct {
		at, current int
		seen        Snapshot
		want        int
	}
	metric := Metric{Kind: TotalAverage, Target: 1000}
	spec := func(least, most int, change func(*Spec)) Spec {
		h := Default(least, most, metric)
		if change != nil {
			change(&h)
		}
		return h
	}
	behavior := func(b Behavior) func(*Spec) { return func(h *Spec) { h.Behavior = &b } }
	everything := Rules{Policies: []Policy{{Pods: 1000, Period: time.Second}}}
	for _, test := range []struct {
		name  string
		spec  Spec
		ticks []tick
	}{
		{"without a behaviour, to 4 replicas or twice as many", spec(1, 100, nil), []tick{
			{0, 1, total(50_000), 4},
			{15, 4, total(50_000), 8},
			{30, 8, total(50_000), 16},
		}},
		{"without a behaviour, the window holds both its ends", spec(1, 100, nil), []tick{
			{0, 5, total(5000), 5},
			{300, 5, total(1000), 5},
			{301, 5, total(1000), 1},
		}},
		{"a behaviour's window does not hold its far end", spec(1, 100, behavior(DefaultBehavior())), []tick{
			{0, 5, total(5000), 5},
			{299, 5, total(1000), 5},
			{300, 5, total(1000), 1},
		}},
		{"disabled directions", spec(1, 100, behavior(Behavior{Up: Rules{Select: Disabled}, Down: Rules{Select: Disabled}})), []tick{
			{0, 5, total(50_000), 5},
			{15, 5, total(1000), 5},
		}},
		{"the least of the policies", spec(1, 100, behavior(Behavior{
			Up:   Rules{Select: SelectMin, Policies: []Policy{{Pods: 4, Period: time.Minute}, {Percent: 10, Period: time.Minute}}},
			Down: Rules{Select: SelectMin, Policies: []Policy{{Pods: 1, Period: time.Minute}, {Percent: 50, Period: time.Minute}}},
		})), []tick{
			{0, 5, total(50_000), 6},
			{60, 6, total(1000), 5},
			{75, 5, total(1000), 5},
			{120, 5, total(1000), 4},
		}},
		{"growth as old as its longest period still counts against shrinking", spec(1, 100, behavior(Behavior{
			Up:   Rules{Policies: []Policy{{Pods: 4, Period: 30 * time.Second}}},
			Down: Rules{Policies: []Policy{{Pods: 1, Period: 10 * time.Minute}}},
		})), []tick{
			{0, 10, total(50_000), 14},
			{30, 14, total(50_000), 18}, // the growth of 0 s is kept beside this one
			{45, 18, total(1000), 9},    // 10 at the beginning of the ten minutes, less one
		}},
		{"brings replicas back into the bounds, whatever the metric", spec(3, 10, behavior(Behavior{Up: everything, Down: everything})), []tick{
			{0, 20, unread, 10},
			{15, 1, unread, 3},
			{30, 0, total(5000), 0},
		}},
		{"goes to zero and back where it may", spec(0, 10, behavior(Behavior{Up: everything, Down: everything})), []tick{
			{0, 2, total(0), 0},
			{15, 0, unread, 0},
			{30, 0, total(2500), 3},
		}},
		{"a ratio beyond every count", spec(1, 10, nil), []tick{{0, 4, total(1 << 62), 8}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var state State
			for _, k := range test.ticks {
				k.seen.Replicas, k.seen.Created = k.current, k.current
				if got := test.spec.Decide(&state, &k.seen, seconds(k.at)); got != k.want {
					t.Fatalf("at %d s: %d replicas, want %d", k.at, got, k.want)
				}
			}
		})
	}
}

// drawPods draws a snapshot of pods in any state with samples of one metric.
func drawPods(t *rapid.T, m Metric) Snapshot {
	pods := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Pod {
		return Pod{
			Phase: Phase(rapid.IntRange(0, 3).Draw(t, "phase")), Deleting: rapid.IntRange(0, 9).Draw(t, "deleting") == 0,
			Ready: Readiness(rapid.IntRange(0, 3).Draw(t, "ready")),
			Since: seconds(rapid.IntRange(-400, 0).Draw(t, "since")), Started: seconds(rapid.IntRange(-400, 0).Draw(t, "started")),
		}
	}), 1, 12).Draw(t, "pods")
	samples := make([]Sample, len(pods))
	for i := range samples {
		samples[i] = Sample{
			Missing: rapid.IntRange(0, 4).Draw(t, "missing") == 0, Value: rapid.Int64Range(0, 5*m.Target).Draw(t, "value"), Request: 1000,
		}
	}
	return Snapshot{Replicas: len(pods), Created: len(pods), Pods: pods, Readings: []Reading{{Samples: samples}}}
}

// TestPodLaws: the order of the pods is nothing, and no use at all never asks for more. (A pending pod more can ask
// for more: upstream multiplies the ratio by the number of pods that count.)
func TestPodLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Metric{Kind: MetricKind(rapid.IntRange(0, 1).Draw(t, "kind")), CPU: rapid.Bool().Draw(t, "cpu")}
		m.Target = rapid.Int64Range(1, 150).Draw(t, "target")
		h := Default(1, 1000, m)
		seen := drawPods(t, m)
		got, ok := h.proposal(0, &seen, 0)

		turned := seen
		turned.Pods, turned.Readings = nil, []Reading{{}}
		for i := range seen.Pods {
			last := len(seen.Pods) - 1 - i
			turned.Pods = append(turned.Pods, seen.Pods[last])
			turned.Readings[0].Samples = append(turned.Readings[0].Samples, seen.Readings[0].Samples[last])
		}
		if again, okAgain := h.proposal(0, &turned, 0); again != got || okAgain != ok {
			t.Fatalf("%d replicas (%v) for the pods in reverse, %d (%v) before", again, okAgain, got, ok)
		}
		if !ok {
			return
		}
		for i := range seen.Readings[0].Samples {
			seen.Readings[0].Samples[i].Value = 0
		}
		if idle, _ := h.proposal(0, &seen, 0); idle > seen.Replicas {
			t.Fatalf("%d replicas of %d for no use at all", idle, seen.Replicas)
		}
	})
}

// TestAllocatesNothing: simulations decide millions of times.
func TestAllocatesNothing(t *testing.T) {
	behavior := DefaultBehavior()
	h := Default(1, 100, Metric{Kind: Utilization, CPU: true, Target: 70}, Metric{Kind: TotalAverage, Target: 1000})
	h.Behavior = &behavior
	seen := Snapshot{Pods: make([]Pod, 10), Readings: []Reading{{Samples: make([]Sample, 10)}, {}}}
	for i := range seen.Pods {
		seen.Readings[0].Samples[i] = Sample{Value: 500, Request: 1000, At: 1 << 60}
	}
	var state State
	var now time.Duration
	decide := func() {
		now += 15 * time.Second
		seen.Replicas, seen.Created = 10, 10
		seen.Readings[1].Total = int64(now/time.Second) % 40_000
		h.Decide(&state, &seen, now)
	}
	for range 100 {
		decide()
	}
	if n := testing.AllocsPerRun(1000, decide); n != 0 {
		t.Errorf("%g allocations for a decision", n)
	}
}

func BenchmarkDecide(b *testing.B) {
	h := onTotal(1, 100, 1)
	var state State
	var now time.Duration
	seen := Snapshot{Replicas: 10, Created: 10, Readings: make([]Reading, 1)}
	b.ReportAllocs()
	for b.Loop() {
		now += h.SyncPeriod
		seen.Readings[0].Total = int64(now/time.Second%40) * 1000
		h.Decide(&state, &seen, now)
	}
}
