package calibrate

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLineThatWouldBeginBelowZero: where time grows faster than the sequences, a curve is taken although servers vary by more than a
// line is off.
func TestLineThatWouldBeginBelowZero(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	lasts := func(n float64) float64 { return 0.0023 * n * (1 + 0.03*(n-1)) }
	const gamma, overhead = 0.0012, 0.002
	var list []equation
	for i := range 600 {
		e := equation{iterations: 1, prompts: float64(rng.IntN(40)), sequences: []float64{float64(1 + i%8)}}
		if i%3 == 0 { // alone, up to its first token
			e.overhead, e.sequences[0] = 1, 1
		} else {
			e.sequences = slices.Repeat(e.sequences, 25)
		}
		for _, n := range e.sequences {
			e.time += lasts(n)
		}
		e.time = (e.time + gamma*e.prompts + overhead*e.overhead) * (1 + 0.1*rng.NormFloat64())
		list = append(list, e)
	}
	straight, rows, ok := solve(line, list)
	if !ok || straight.coefficients[0] != 0 {
		t.Fatalf("the line is %v, expected one from 0 on", straight)
	}
	got, gotRows, ok := (&batch{}).solve(list)
	if !ok || got.isLine() {
		t.Fatalf("got %v, expected a curve", got)
	}
	if before, after := meanError(rows, straight.coefficients), meanError(gotRows, got.coefficients); before-after > lessError*before {
		t.Errorf("the mean error falls from %g to %g: any server that a line does not explain has its curve", before, after)
	}
	for _, n := range []int{1, 2, 4, 8} {
		near(t, "an iteration", got.iteration(n), lasts(float64(n)), within)
	}
}
