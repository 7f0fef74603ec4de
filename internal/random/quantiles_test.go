package random

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestQuantilesAt(t *testing.T) {
	q := &Quantiles{P: []float64{0, 0.5, 0.5, 1}, Value: []float64{1, 3, 5, 9}}
	for _, test := range []struct{ p, want float64 }{
		{-1, 1}, {0, 1}, {0.25, 2}, {0.5, 3}, {0.75, 7}, {1, 9}, {2, 9},
	} {
		if got := q.At(test.p); got != test.want {
			t.Errorf("At(%g) = %g, want %g", test.p, got, test.want)
		}
	}
	if got, want := q.Mean(), 0.5*2+0.5*7; got != want {
		t.Errorf("Mean() = %g, want %g", got, want)
	}
}

func TestEmpirical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 50).Draw(t, "values")
		low, high := slices.Min(values), slices.Max(values)
		q, err := NewEmpirical(values)
		if err != nil {
			t.Fatal(err)
		}
		last := math.Inf(-1)
		for i := range 101 {
			x := q.At(float64(i) / 100)
			if x < last || x < low || x > high {
				t.Fatalf("At(%g) = %g after %g, within [%g, %g]", float64(i)/100, x, last, low, high)
			}
			last = x
		}
		if q.At(0) != low || q.At(1) != high {
			t.Fatalf("from %g to %g, want %g to %g", q.At(0), q.At(1), low, high)
		}
		if m := q.Mean(); m < low*(1-1e-12) || m > high*(1+1e-12) {
			t.Fatalf("mean %g outside [%g, %g]", m, low, high)
		}
	})
}

func TestEmpiricalRefuses(t *testing.T) {
	for _, values := range [][]float64{nil, {}, {1, math.NaN()}} {
		if q, err := NewEmpirical(values); err == nil {
			t.Errorf("NewEmpirical(%v) = %v, want an error", values, q)
		}
	}
}

func TestQuantilesSampleMean(t *testing.T) {
	q := &Quantiles{P: []float64{0, 0.01, 0.25, 0.5, 0.75, 0.99, 1}, Value: []float64{0, 1, 4, 10, 30, 200, 1000}}
	const n = 1_000_000
	mean, cv := sampleMoments(q, New(1, Sizes, 0), n)
	if limit := 5 * cv * mean / math.Sqrt(n); math.Abs(mean-q.Mean()) > limit {
		t.Errorf("mean of draws = %g, want %g +- %g", mean, q.Mean(), limit)
	}
}
