package bench

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTurnLength(t *testing.T) {
	for name, test := range map[string]struct {
		span     time.Duration
		targets  int
		requests int64
		want     time.Duration
	}{
		"a fortieth for each":            {80 * time.Second, 2, 8000, time.Second},
		"few requests: five to a turn":   {1000 * time.Second, 2, 200, 25 * time.Second},
		"too few requests: by request":   {1000 * time.Second, 2, 90, 0},
		"short: at least 100 ms":         {2 * time.Second, 2, 2000, 100 * time.Millisecond},
		"too short for turns":            {time.Second, 2, 1000, 0},
		"long: at most 30 s":             {24 * time.Hour, 2, 1e6, 30 * time.Second},
		"how many there are is unknown":  {80 * time.Second, 2, 0, time.Second},
		"one target has all turns alone": {time.Second, 1, 3, 1666666666},
	} {
		if got := turnLength(test.span, test.targets, test.requests); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestTurnsHoldEnough: five requests on average and ten rounds, or no turns at all.
func TestTurnsHoldEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := time.Duration(rapid.Int64Range(int64(time.Second), int64(48*time.Hour)).Draw(t, "span"))
		targets, requests := rapid.IntRange(2, 5).Draw(t, "targets"), rapid.Int64Range(1, 1e7).Draw(t, "requests")
		turn := turnLength(span, targets, requests)
		if turn == 0 {
			return
		}
		if held := float64(requests) * float64(turn) / float64(span); held < 4.99 {
			t.Fatalf("turns of %s hold %.2f requests", turn, held)
		}
		if rounds := float64(span) / float64(turn) / float64(targets); rounds < 9.99 {
			t.Fatalf("turns of %s make %.1f rounds", turn, rounds)
		}
	})
}
