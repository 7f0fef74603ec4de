package policy

import (
	"math"
	"testing"
)

func TestSpock(t *testing.T) {
	s := must[*Spock](t)(NewSpock(Bounds{1, 4}, 3))
	for i, step := range []struct {
		demand float64
		want   int
	}{
		{2, 2},
		{5, 4},   // 3.5 on average
		{2.3, 4}, // 3.1
		{0.7, 3}, // 2.67: the first interval is forgotten
		{30, 4},  // 11, bounded
		{0, 4},
		{0, 4},
		{0, 1}, // 0, bounded
	} {
		if got := s.Desired(step.demand); got != step.want {
			t.Errorf("interval %d, demand %g: %d machines, want %d", i, step.demand, got, step.want)
		}
	}
}

func TestMachinesFor(t *testing.T) {
	for _, test := range []struct {
		demand float64
		want   int
	}{
		{0, 0}, {-1, 0}, {math.NaN(), 0}, {1e-6, 1}, {3, 3}, {3 + 1e-12, 3}, {3.1, 4}, {math.Inf(1), math.MaxInt32},
	} {
		if got := machinesFor(test.demand); got != test.want {
			t.Errorf("%d machines for %g, want %d", got, test.demand, test.want)
		}
	}
}

func TestSpockErrors(t *testing.T) {
	spock := func(b Bounds, intervals int) error { _, err := NewSpock(b, intervals); return err }
	checkErrors(t, []errorCase{
		{"average over 0 intervals: expected at least 1", spock(Bounds{0, 1}, 0)},
		{"bounds of 2 to 1: expected 0 <= least <= largest", spock(Bounds{2, 1}, 1)},
		{"bounds of -1 to 1: expected 0 <= least <= largest", spock(Bounds{-1, 1}, 1)},
	})
}
