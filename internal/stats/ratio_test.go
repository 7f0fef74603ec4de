package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// round is what two targets gave in one round.
type round struct{ a, b []float64 }

// ratioOf is the paired ratio of rounds.
func ratioOf(rounds []round, p float64, rng *rand.Rand) Estimate {
	a, b := NewSample(0), NewSample(0)
	width := ClusterWidth(len(rounds))
	for i, r := range rounds {
		for _, x := range r.a {
			a.Add(x, i/width)
		}
		for _, x := range r.b {
			b.Add(x, i/width)
		}
	}
	return PairedRatio(a, b, p, rng)
}

// TestATargetComparedWithItself: an interval of 95 % leaves out the ratio 1 about once in twenty times, however many
// requests a round has, and although all of a round are slow together.
func TestATargetComparedWithItself(t *testing.T) {
	for _, test := range []struct {
		rounds  int
		mean, p float64 // requests of each target in a round
	}{{40, 1, 50}, {40, 5, 50}, {12, 5, 50}, {100, 10, 95}} {
		const runs = 100
		wrong := 0
		for i := range uint64(runs) {
			r := rng(i)
			var rounds []round
			for range test.rounds {
				weather := math.Exp(0.3 * r.NormFloat64())
				answers := func() (xs []float64) {
					for at := r.ExpFloat64(); at < test.mean; at += r.ExpFloat64() {
						xs = append(xs, weather*math.Exp(0.5*r.NormFloat64()))
					}
					return xs
				}
				rounds = append(rounds, round{answers(), answers()})
			}
			e := ratioOf(rounds, test.p, rng(i+1e6))
			if !e.HasInterval || e.Low > 1 || e.High < 1 {
				wrong++
			}
		}
		if share := float64(wrong) / runs; share > 0.10 {
			t.Errorf("%+v: %.1f %% of the intervals say that a target differs from itself, want about 5 %%", test, share*100)
		}
	}
}
