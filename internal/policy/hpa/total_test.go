package hpa

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// onTotal is an HPA with Kubernetes' default behaviour on a metric that its pods share.
func onTotal(least, most int, target float64) Spec {
	spec := Default(least, most, Metric{Kind: TotalAverage, Target: int64(target * 1000)})
	behavior := DefaultBehavior()
	spec.Behavior = &behavior
	return spec
}

// upward is onTotal with other rules for growth.
func upward(least, most int, target float64, up Rules) Spec {
	spec := onTotal(least, most, target)
	spec.Behavior.Up = up
	return spec
}

func (h *Spec) decideOn(state *State, current int, total float64, now time.Duration) int {
	seen := Snapshot{Replicas: current, Created: current, Readings: []Reading{{Total: int64(total * 1000)}}}
	return h.Decide(state, &seen, now)
}

func TestDecideOnATotal(t *testing.T) {
	type tick struct {
		at      int // seconds
		current int
		total   float64
		want    int
	}
	for _, test := range []struct {
		name  string
		hpa   Spec
		ticks []tick
	}{
		{"holds within the tolerance", onTotal(1, 10, 10), []tick{
			{15, 4, 43.9, 4},
			{30, 4, 36.1, 4},
		}},
		{"rounds the ratio up", onTotal(1, 10, 10), []tick{
			{15, 2, 23, 3},
		}},
		{"grows by at most 4 pods or 100 % in 15 s", onTotal(1, 100, 1), []tick{
			{15, 1, 100, 5},
			{30, 5, 100, 10},
			{45, 10, 100, 20},
		}},
		{"counts growth that is still within the period", upward(1, 100, 1, Rules{Policies: []Policy{{Pods: 4, Period: time.Minute}, {Percent: 100, Period: time.Minute}}}), []tick{
			{15, 2, 50, 6},
			{30, 6, 50, 6},
			{76, 6, 50, 12},
		}},
		{"shrinks only after the stabilisation window", onTotal(1, 10, 10), []tick{
			{15, 5, 50, 5},
			{30, 5, 10, 5},
			{300, 5, 10, 5},
			{316, 5, 10, 1},
		}},
		{"a peak within the window holds the scale-down", onTotal(1, 10, 10), []tick{
			{15, 5, 10, 5},
			{200, 5, 30, 5},
			{330, 5, 10, 3},
			{501, 3, 10, 1},
		}},
		{"clamps to the bounds", onTotal(2, 3, 10), []tick{
			{15, 2, 100, 3},
			{300, 3, 0, 3},
			{640, 3, 0, 2},
		}},
		{"an up window takes the least recommendation", upward(1, 100, 1, Rules{Window: time.Minute, Policies: []Policy{{Pods: 100, Period: time.Second}}}), []tick{
			{15, 1, 10, 1},
			{80, 1, 5, 5},
		}},
		{"no replicas disable it", onTotal(1, 10, 10), []tick{{15, 0, 100, 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var state State
			for _, k := range test.ticks {
				got := test.hpa.decideOn(&state, k.current, k.total, time.Duration(k.at)*time.Second)
				if got != k.want {
					t.Fatalf("at %d s: %d replicas for %g over %d, want %d", k.at, got, k.total, k.current, k.want)
				}
			}
		})
	}
}

// TestDecideOnATotalLaws: the answer is within the bounds once inside them, and a
// steady load is reached and kept.
func TestDecideOnATotalLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(1, 5).Draw(t, "min")
		target := rapid.Float64Range(0.5, 20).Draw(t, "target")
		h := onTotal(least, least+rapid.IntRange(0, 50).Draw(t, "more"), target)
		total := rapid.Float64Range(0, 500).Draw(t, "total")
		var state State
		current := rapid.IntRange(h.Min, h.Max).Draw(t, "current")
		now := time.Duration(0)
		for range 200 {
			now += h.SyncPeriod
			current = h.decideOn(&state, current, total, now)
			if current < h.Min || current > h.Max {
				t.Fatalf("%d replicas outside %d to %d", current, h.Min, h.Max)
			}
		}
		if again := h.decideOn(&state, current, total, now+h.SyncPeriod); again != current {
			t.Fatalf("%d replicas become %d under a steady load", current, again)
		}
		if perReplica := total / float64(current); current < h.Max && perReplica > target*(1+h.UpTolerance)*1.01 {
			t.Fatalf("%g per replica at %d replicas, target %g", perReplica, current, target)
		}
	})
}
