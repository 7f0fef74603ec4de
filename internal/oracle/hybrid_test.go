package oracle

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func TestHybrid(t *testing.T) {
	for _, row := range []struct {
		load, ratio float64
		slots       int
		cost        string
	}{
		{10, 1.5, 8, "13.07478"},
		{10, 2, 11, "14.26465"},
		{10, 4.5, 14, "16.55686"},
		{10, 10, 16, "18.23019"},
		{2, 1.5, 0, "3.0"},
	} {
		slots, cost := must(NewHybrid(row.load, row.ratio)).Optimum()
		if slots != row.slots {
			t.Errorf("a %g, r %g: %d slots, want %d", row.load, row.ratio, slots, row.slots)
		}
		printed(t, "cost", cost, row.cost)
	}
	h := must(NewHybrid(10, 4.5))
	printed(t, "serverless alone", must(h.Cost(0)), "45.000000")
	_, bound := h.LowerBound()
	printed(t, "lower bound", bound, "14.38912")
}

// TestHybridOptimum checks the optimum against all numbers of slots around it, and the bound below it.
func TestHybridOptimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		load := rapid.Float64Range(0, 60).Draw(t, "load")
		ratio := rapid.Float64Range(0, 50).Draw(t, "ratio")
		h := must(NewHybrid(load, ratio))
		slots, cost := h.Optimum()
		near(t, "cost", cost, must(h.Cost(slots)), 1e-12)
		for c := range 120 {
			if other := must(h.Cost(c)); other < cost*(1-1e-12) {
				t.Errorf("%d slots cost %g, the optimum of %d costs %g", c, other, slots, cost)
			}
		}
		n, bound := h.LowerBound()
		if bound > cost*(1+1e-9) {
			t.Errorf("lower bound %g above the cost %g", bound, cost)
		}
		for c := range 120 {
			if other := float64(c) + ratio*h.busy.MeanAbove(c); other < bound*(1-1e-9) {
				t.Errorf("the bound of %d slots is %g, that of %d is %g", n, bound, c, other)
			}
		}
	})
}

// TestMGInf checks tail and mean excess against the Poisson distribution.
func TestMGInf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		load := rapid.Float64Range(.01, 100).Draw(t, "load")
		service := rapid.Float64Range(.01, 100).Draw(t, "service")
		n := rapid.IntRange(0, 100).Draw(t, "n")
		q := must(NewMGInf(load/service, service))
		near(t, "E[N]", q.MeanBusy(), load, 1e-12)
		near(t, "E[(N + 3)^+]", q.MeanAbove(-3), load+3, 1e-12)
		busy := distuv.Poisson{Lambda: load}
		if got, want := q.BusyTail(n), 1-busy.CDF(float64(n)); math.Abs(got-want) > 1e-10 {
			t.Errorf("P(N > %d) = %g, want %g", n, got, want)
		}
		// E[(N - n)^+] = E[N] - n + E[(n - N)^+]
		short := 0.0
		for i := range n {
			short += float64(n-i) * busy.Prob(float64(i))
		}
		if got, want := q.MeanAbove(n), load-float64(n)+short; math.Abs(got-want) > 1e-9 {
			t.Errorf("E[(N - %d)^+] = %g, want %g", n, got, want)
		}
	})
	if got := must(NewMGInf(1, 1)).BusyTail(-1); got != 1 {
		t.Errorf("P(N > -1) = %g, want 1", got)
	}
}
