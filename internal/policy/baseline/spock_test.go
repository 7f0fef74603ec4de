package baseline

import (
	"testing"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

func TestSpock(t *testing.T) {
	s := policytest.Must[*Spock](t)(NewSpock(scale.Bounds{Min: 1, Max: 4}, 3))
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

func TestSpockErrors(t *testing.T) {
	spock := func(b scale.Bounds, intervals int) error { _, err := NewSpock(b, intervals); return err }
	policytest.CheckErrors(t, map[string]error{
		"average over 0 intervals: expected at least 1":     spock(scale.Bounds{Min: 0, Max: 1}, 0),
		"bounds of 2 to 1: expected 0 <= least <= largest":  spock(scale.Bounds{Min: 2, Max: 1}, 1),
		"bounds of -1 to 1: expected 0 <= least <= largest": spock(scale.Bounds{Min: -1, Max: 1}, 1),
	})
}
