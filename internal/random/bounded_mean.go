package random

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// meanSteps is the number of steps of the integral in Bounded.Mean, which leave
// it within a thousandth.
const meanSteps = 256

// Mean returns the expectation of the draws: Low plus the integral from Low
// to High of the probability of exceeding x. For an inner distribution whose tail
// is not known, it returns the clamped mean.
func (b Bounded) Mean() float64 {
	span := b.High - b.Low
	if _, known := exceeds(b.Dist, b.High); !known || !(span > 0) || math.IsInf(span, 1) {
		return math.Min(b.High, math.Max(b.Low, b.Dist.Mean()))
	}
	// The steps are finer near Low, where most of a skewed distribution lies:
	// x = Low + span u^4, by the midpoint rule in u.
	var sum float64
	for i := range meanSteps {
		u := (float64(i) + 0.5) / meanSteps
		p, _ := exceeds(b.Dist, b.Low+span*u*u*u*u)
		sum += p * 4 * u * u * u
	}
	return b.Low + span*sum/meanSteps
}

// exceeds returns the probability of drawing more than x, and whether it is known.
func exceeds(d Dist, x float64) (p float64, known bool) {
	switch d := d.(type) {
	case Exponential:
		return math.Exp(-math.Max(0, x) / float64(d)), true
	case gamma:
		return mathext.GammaIncRegComp(d.shape, math.Max(0, x)/d.scale), true
	case weibull:
		return math.Exp(-math.Pow(math.Max(0, x)/d.scale, d.shape)), true
	case logNormal:
		return math.Erfc((math.Log(math.Max(0, x))-d.mu)/(d.sigma*math.Sqrt2)) / 2, true
	case uniform:
		return math.Min(1, math.Max(0, (d.high-x)/(d.high-d.low))), true
	}
	return 0, false
}
