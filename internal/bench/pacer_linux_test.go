package bench

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPacerLearnsHowLateItWakes: it comes near any usual lateness, whatever a few stalls do, and is never early by more than its most.
func TestPacerLearnsHowLateItWakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		usual := time.Duration(rapid.IntRange(0, 200_000).Draw(t, "usual, in ns"))
		var p pacer
		for i := range 500 {
			late := usual
			if i%5 == 4 {
				late = time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "stall"))
			}
			if p.learn(late); p.early < 0 || p.early > mostEarly {
				t.Fatalf("early by %v", p.early)
			}
		}
		if off := p.early - min(usual, mostEarly); off < -2*step || off > 2*step {
			t.Errorf("early by %v, where it wakes %v late", p.early, usual)
		}
	})
}
