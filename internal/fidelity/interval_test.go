package fidelity

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestInterval(t *testing.T) {
	mean, half := interval([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	// Variance 55/6, and t of 9 degrees of freedom is 3.2498 (any table).
	if want := 3.249836 * math.Sqrt(55./6/10); mean != 5.5 || math.Abs(half/want-1) > 1e-6 {
		t.Errorf("%g +- %g, want 5.5 +- %g", mean, half, want)
	}
}

// TestIntervalCovers: 99 of 100 intervals hold the mean.
func TestIntervalCovers(t *testing.T) {
	const trials = 5_000
	r := rand.New(rand.NewPCG(1, 2))
	missed := 0
	samples := make([]float64, replications)
	for range trials {
		for i := range samples {
			samples[i] = 3 + r.NormFloat64()
		}
		if mean, half := interval(samples); math.Abs(mean-3) > half {
			missed++
		}
	}
	if share := float64(missed) / trials; math.Abs(share-0.01) > 0.004 {
		t.Errorf("%g of the intervals miss the mean, want 0.01", share)
	}
}
