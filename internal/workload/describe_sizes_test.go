package workload

import (
	"math"
	"testing"
)

// With more values than are kept, percentiles are within 0.1 % of the exact ones.
func TestDistributionOfManyValues(t *testing.T) {
	d := distribution{perUnit: 1}
	for i := range 3 * exactSizes {
		d.add(int64(i%100_000) + 1)
	}
	got := d.describe()
	for _, c := range [][2]float64{{got.P50, 50_000}, {got.P95, 95_000}, {got.P99, 99_000}, {got.Max, 100_000}, {got.Mean, 50_000.5}} {
		if math.Abs(c[0]/c[1]-1) > 1e-3 {
			t.Errorf("got %g, want %g", c[0], c[1])
		}
	}
}

// TestDistributionByNearestRank has values jump just before and just after the 99th percentile, so that a rank that is off shows.
func TestDistributionByNearestRank(t *testing.T) {
	tests := []struct{ n, rank int }{{20, 20}, {100, 99}, {101, 100}, {exactSizes + 60, 198_060}} // ceil(0.99 n)
	for _, test := range tests {
		for small, want := range map[int]float64{test.rank - 1: 1000, test.rank: 10} {
			d := distribution{perUnit: 1}
			for range small {
				d.add(10)
			}
			for range test.n - small {
				d.add(1000)
			}
			if got := d.describe(); got.P99 != want {
				t.Errorf("of %d values, %d of them small, p99 is %g, want %g", test.n, small, got.P99, want)
			}
		}
	}
}
