package scale

import (
	"math"
	"testing"
)

func TestMachines(t *testing.T) {
	for _, test := range []struct {
		demand float64
		want   int
	}{
		{0, 0}, {-1, 0}, {math.NaN(), 0}, {1e-6, 1}, {3, 3}, {3 + 1e-12, 3}, {3.1, 4}, {math.Inf(1), math.MaxInt32},
	} {
		if got := Machines(test.demand); got != test.want {
			t.Errorf("%d machines for %g, want %d", got, test.demand, test.want)
		}
	}
}
