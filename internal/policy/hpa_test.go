package policy

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDesired(t *testing.T) {
	type tick struct {
		at      int // seconds
		current int
		total   float64
		want    int
	}
	for _, test := range []struct {
		name  string
		hpa   HPA
		ticks []tick
	}{
		{"holds within the tolerance", DefaultHPA(1, 10, 10), []tick{
			{15, 4, 43.9, 4},
			{30, 4, 36.1, 4},
		}},
		{"rounds the ratio up", DefaultHPA(1, 10, 10), []tick{
			{15, 2, 23, 3},
		}},
		{"grows by at most 4 pods or 100 % in 15 s", DefaultHPA(1, 100, 1), []tick{
			{15, 1, 100, 5},
			{30, 5, 100, 10},
			{45, 10, 100, 20},
		}},
		{"counts growth that is still within the period", HPA{
			Min: 1, Max: 100, Target: 1, Tolerance: 0.1, UpPods: 4, UpPercent: 100, UpPeriod: 60 * time.Second,
		}, []tick{
			{15, 2, 50, 6},
			{30, 6, 50, 6},
			{76, 6, 50, 12},
		}},
		{"shrinks only after the stabilisation window", DefaultHPA(1, 10, 10), []tick{
			{15, 5, 50, 5},
			{30, 5, 10, 5},
			{300, 5, 10, 5},
			{316, 5, 10, 1},
		}},
		{"a peak within the window holds the scale-down", DefaultHPA(1, 10, 10), []tick{
			{15, 5, 10, 5},
			{200, 5, 30, 5},
			{330, 5, 10, 3},
			{501, 3, 10, 1},
		}},
		{"clamps to the bounds", DefaultHPA(2, 3, 10), []tick{
			{15, 2, 100, 3},
			{300, 3, 0, 3},
			{640, 3, 0, 2},
		}},
		{"an up window takes the least recommendation", HPA{
			Min: 1, Max: 100, Target: 1, Tolerance: 0.1, UpPods: 100, UpPercent: 100, UpPeriod: time.Second, UpWindow: 60 * time.Second,
		}, []tick{
			{15, 1, 10, 1},
			{80, 1, 5, 5},
		}},
		{"no replicas disable it", DefaultHPA(1, 10, 10), []tick{{15, 0, 100, 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var state HPAState
			for _, k := range test.ticks {
				got := test.hpa.Desired(&state, k.current, k.total, time.Duration(k.at)*time.Second)
				if got != k.want {
					t.Fatalf("at %d s: %d replicas for %g over %d, want %d", k.at, got, k.total, k.current, k.want)
				}
			}
		})
	}
}

// TestDesiredLaws: the answer is within the bounds once inside them, and a
// steady load is reached and kept.
func TestDesiredLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(1, 5).Draw(t, "min")
		h := DefaultHPA(least, least+rapid.IntRange(0, 50).Draw(t, "more"), rapid.Float64Range(0.5, 20).Draw(t, "target"))
		total := rapid.Float64Range(0, 500).Draw(t, "total")
		var state HPAState
		current := rapid.IntRange(h.Min, h.Max).Draw(t, "current")
		now := time.Duration(0)
		for range 200 {
			now += h.SyncPeriod
			current = h.Desired(&state, current, total, now)
			if current < h.Min || current > h.Max {
				t.Fatalf("%d replicas outside %d to %d", current, h.Min, h.Max)
			}
		}
		if again := h.Desired(&state, current, total, now+h.SyncPeriod); again != current {
			t.Fatalf("%d replicas become %d under a steady load", current, again)
		}
		if perReplica := total / float64(current); current < h.Max && perReplica > h.Target*(1+h.Tolerance)*1.0001 {
			t.Fatalf("%g per replica at %d replicas, target %g", perReplica, current, h.Target)
		}
	})
}
