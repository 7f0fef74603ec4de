package fidelity

import (
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

func TestWarmUpIsLeftOut(t *testing.T) {
	source, err := poisson(1).draw(1, 2000)
	if err != nil {
		t.Fatal(err)
	}
	all, err := workload.ReadAll(warmUp{source, 500 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if early := r.At < 500*time.Second; early != (r.Priority == 1) {
			t.Fatalf("a request at %v has priority %d", r.At, r.Priority)
		}
	}
	class := func(priority int, mean float64) simulate.PriorityOutcome {
		return simulate.PriorityOutcome{Priority: priority, Latency: stats.Summary{Mean: mean}}
	}
	both := simulate.Outcome{Latency: stats.Summary{Mean: 3}, Priorities: []simulate.PriorityOutcome{class(1, 5), class(0, 2)}}
	if got := warmSojourn(both); got != 2 {
		t.Errorf("mean %g, want that of those after the warm-up, 2", got)
	}
}

// TestHyperexponential checks its first two moments, by its formula and by its draws.
func TestHyperexponential(t *testing.T) {
	for _, cv2 := range []float64{1, 1.5, 4, 25} {
		h := newHyperexponential(3, cv2)
		long := 1 - h.short
		mean := h.short*h.means[0] + long*h.means[1]
		square := 2 * (h.short*h.means[0]*h.means[0] + long*h.means[1]*h.means[1])
		if math.Abs(mean-3) > 1e-12 || math.Abs(square/9-1-cv2) > 1e-12 || h.Mean() != 3 {
			t.Errorf("cv2 %g: mean %g, squared cv %g", cv2, mean, square/9-1)
		}
	}
}
