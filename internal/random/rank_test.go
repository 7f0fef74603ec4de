package random

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRank(t *testing.T) {
	tests := []struct {
		q    float64
		n    int
		want int
	}{
		{0.5, 0, 0},
		{0.5, 1, 1},
		{0.5, 2, 1},
		{0.5, 3, 2},
		{0.95, 1, 1},
		{0.95, 19, 19},
		{0.95, 20, 19},
		{0.95, 21, 20},
		{0.99, 100, 99},
		{0.99, 101, 100},
		{0.07, 100, 7}, // 0.07 * 100 is 7.000000000000001
		{0.29, 100, 29},
		{0, 10, 1},
		{1, 10, 10},
		{-1, 10, 1},
		{2, 10, 10},
		{math.NaN(), 10, 1},
		{0.5, -1, 0},
		{0.95, 2_000_000_000, 1_900_000_000},
	}
	for _, test := range tests {
		if got := Rank(test.q, test.n); got != test.want {
			t.Errorf("the rank of %g among %d is %d, want %d", test.q, test.n, got, test.want)
		}
	}
}

// TestRankOfWholePermille compares with integer arithmetic, where nothing is rounded.
func TestRankOfWholePermille(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		permille := rapid.IntRange(1, 1000).Draw(t, "permille")
		n := rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, 2_000_000_000)).Draw(t, "n")
		want := (permille*n + 999) / 1000
		for _, q := range []float64{float64(permille) / 1000, float64(permille) / 10 / 100} {
			if got := Rank(q, n); got != want {
				t.Fatalf("the rank of %g among %d is %d, want %d", q, n, got, want)
			}
		}
	})
}

// TestAllowed: shares whose product with a count is whole, in decimals, allow exactly that many.
func TestAllowed(t *testing.T) {
	tests := []struct {
		share float64
		n     int64
		want  int64
	}{
		{0.29, 100, 29}, // 0.29 * 100 is 28.999999999999996
		{0.001, 999, 0},
		{0.001, 1000, 1},
		{0.05, 39, 1},
		{0, 100, 0},
		{1, 7, 7},
		{2, 7, 7},
		{-1, 7, 0},
		{0.5, 0, 0},
		{0.29, 1_000_000_000_000, 290_000_000_000},
	}
	for _, test := range tests {
		if got := Allowed(test.share, test.n); got != test.want {
			t.Errorf("%g of %d allow %d, want %d", test.share, test.n, got, test.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		permille, n := rapid.Int64Range(0, 1000).Draw(t, "permille"), rapid.Int64Range(0, 2_000_000_000).Draw(t, "n")
		if got, want := Allowed(float64(permille)/1000, n), permille*n/1000; got != want {
			t.Fatalf("%d permille of %d allow %d, want %d", permille, n, got, want)
		}
	})
}

// TestRankIsWhatObjectivesCount: the value at the rank is within a bound exactly when few enough values exceed it.
func TestRankIsWhatObjectivesCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		exceeded := rapid.IntRange(0, n).Draw(t, "exceeded")
		for _, p := range []struct{ q, share float64 }{{0.50, 0.50}, {0.95, 0.05}, {0.99, 0.01}} {
			within, met := Rank(p.q, n) <= n-exceeded, float64(exceeded) <= math.Floor(p.share*float64(n))
			if within != met {
				t.Fatalf("with %d of %d beyond a bound, p%g within it is %t, but the objective is met: %t", exceeded, n, p.q*100, within, met)
			}
		}
	})
}
