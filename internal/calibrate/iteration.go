package calibrate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// form is how the time of an iteration depends on its sequences: a constant, and from each knot to the next a slope, the last
// without an end. Its coefficients are the constant, the slopes, then gamma, what each prompt token adds, and the
// overhead, what a first token takes beside its iteration; all are seconds.
type form struct{ knots []float64 }

// line has alpha for a constant and beta for a slope.
var line = form{knots: []float64{0}}

// Knots of a curve are the powers of two: servers prepare for batches of such sizes.
const (
	fewestBeyond = 50 // iterations with more sequences than a knot, for the slope from there on
	mostKnots    = 7
)

// curved has as many knots as the iterations of streams determine slopes. They are given by their sequences, once for each.
func curved(sequences []float64) form {
	var f form
	for knot := 1.0; len(f.knots) < mostKnots; knot *= 2 {
		beyond := 0.0
		for _, n := range sequences {
			if n > knot {
				beyond += 1 / n // each of its sequences shows the iteration
			}
		}
		if beyond < fewestBeyond {
			break
		}
		f.knots = append(f.knots, knot)
	}
	return f
}

func (f form) isLine() bool  { return len(f.knots) == 1 }
func (f form) gamma() int    { return 1 + len(f.knots) }
func (f form) overhead() int { return 2 + len(f.knots) }

// terms are the coefficients' factors in no time at all.
func (f form) terms() []float64 { return make([]float64, 3+len(f.knots)) }

// add adds iterations of so many sequences to terms.
func (f form) add(terms []float64, iterations, sequences float64) {
	terms[0] += iterations
	for i, knot := range f.knots {
		next := math.Inf(1)
		if i+1 < len(f.knots) {
			next = f.knots[i+1]
		}
		terms[1+i] += iterations * max(0, min(sequences, next)-knot)
	}
}

// fitted is a form with its coefficients.
type fitted struct {
	form
	coefficients []float64
}

// iteration is how long one with so many sequences lasts, in seconds.
func (f fitted) iteration(sequences int) float64 {
	terms := f.terms()
	f.add(terms, 1, float64(sequences))
	return floats.Dot(terms, f.coefficients)
}

func (f fitted) perPromptToken() float64 { return f.coefficients[f.gamma()] }
func (f fitted) beside() float64         { return f.coefficients[f.overhead()] }

// profile is the form in the words of a profile, for a batch of at most so many sequences.
func (f fitted) profile(most int) *v1alpha1.BatchedProfile {
	p := &v1alpha1.BatchedProfile{Gamma: rounded(f.perPromptToken()), MaxBatch: most}
	if f.isLine() {
		p.Alpha, p.Beta = new(rounded(f.coefficients[0])), new(rounded(f.coefficients[1]))
		return p
	}
	points := f.knots
	if float64(most) > points[len(points)-1] {
		points = append(slices.Clone(points), float64(most))
	}
	for _, n := range points {
		p.Iterations = append(p.Iterations, v1alpha1.IterationTime{Sequences: int(n), Time: rounded(f.iteration(int(n)))})
	}
	return p
}
