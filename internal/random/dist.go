package random

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Dist is a distribution of non-negative numbers: seconds, tokens.
type Dist interface {
	// Sample draws one number.
	Sample(r *rand.Rand) float64
	// Mean returns the expectation.
	Mean() float64
}

// Shape names a family of distributions.
type Shape string

// The families that a mean and a coefficient of variation determine.
const (
	ShapeConstant    Shape = "constant"
	ShapeExponential Shape = "exponential"
	ShapeGamma       Shape = "gamma"
	ShapeWeibull     Shape = "weibull"
	ShapeLogNormal   Shape = "lognormal"
	ShapeUniform     Shape = "uniform"
)

// Shapes lists the families in the order that help texts show them.
func Shapes() []Shape {
	return []Shape{ShapeConstant, ShapeExponential, ShapeGamma, ShapeWeibull, ShapeLogNormal, ShapeUniform}
}

// NewDist returns the member of a family with the given mean (>= 0) and
// coefficient of variation (standard deviation / mean, >= 0). A cv of 0 is the
// constant; the exponential's cv is always 1; the uniform's at most 1/sqrt(3).
func NewDist(shape Shape, mean, cv float64) (Dist, error) {
	if mean < 0 || cv < 0 || math.IsNaN(mean) || math.IsNaN(cv) || math.IsInf(mean, 0) || math.IsInf(cv, 0) {
		return nil, fmt.Errorf("expected a mean and a cv of at least 0, got mean %g and cv %g", mean, cv)
	}
	if mean == 0 || cv == 0 && shape != ShapeExponential {
		return Constant(mean), nil
	}
	switch shape {
	case ShapeConstant:
		return nil, fmt.Errorf("a constant has no cv; choose another shape or leave cv out")
	case ShapeExponential:
		if cv != 0 && cv != 1 {
			return nil, fmt.Errorf("the cv of an exponential distribution is 1, got %g; choose another shape or leave cv out", cv)
		}
		return Exponential(mean), nil
	case ShapeGamma:
		if err := checkShapeCV(shape, cv); err != nil {
			return nil, err
		}
		return NewGamma(1/(cv*cv), mean*cv*cv), nil
	case ShapeWeibull:
		if err := checkShapeCV(shape, cv); err != nil {
			return nil, err
		}
		k := weibullShape(cv)
		return NewWeibull(k, mean/math.Gamma(1+1/k)), nil
	case ShapeLogNormal:
		return newLogNormal(mean, cv), nil
	case ShapeUniform:
		if half := mean * cv * math.Sqrt(3); half <= mean*(1+1e-9) {
			return uniform{low: math.Max(0, mean-half), high: mean + half}, nil
		}
		return nil, fmt.Errorf("a uniform distribution of non-negative numbers has a cv of at most 0.577, got %g", cv)
	}
	return nil, fmt.Errorf("unknown shape %q: expected one of %v", shape, Shapes())
}

// The cvs within which gamma and Weibull draws keep their digits.
const minShapeCV, maxShapeCV = 1e-5, 1e3

func checkShapeCV(shape Shape, cv float64) error {
	if cv < minShapeCV || cv > maxShapeCV {
		return fmt.Errorf("expected a cv of 0 or from %g to %g for a %s distribution, got %g", minShapeCV, maxShapeCV, shape, cv)
	}
	return nil
}

// Constant is a single value.
type Constant float64

// Sample returns the value.
func (c Constant) Sample(*rand.Rand) float64 { return float64(c) }

// Mean returns the value.
func (c Constant) Mean() float64 { return float64(c) }

// Exponential is the exponential distribution with this mean.
type Exponential float64

// Sample draws one number.
func (e Exponential) Sample(r *rand.Rand) float64 { return r.ExpFloat64() * float64(e) }

// Mean returns the expectation.
func (e Exponential) Mean() float64 { return float64(e) }

type gamma struct{ shape, scale float64 }

// NewGamma returns the gamma distribution of the given shape and scale.
func NewGamma(shape, scale float64) Dist { return gamma{shape: shape, scale: scale} }

func (g gamma) Sample(r *rand.Rand) float64 {
	return distuv.Gamma{Alpha: g.shape, Beta: 1, Src: r}.Rand() * g.scale
}

func (g gamma) Mean() float64 { return g.shape * g.scale }

type weibull struct{ shape, scale float64 }

// NewWeibull returns the Weibull distribution of the given shape and scale.
func NewWeibull(shape, scale float64) Dist { return weibull{shape: shape, scale: scale} }

func (w weibull) Sample(r *rand.Rand) float64 {
	return w.scale * math.Pow(r.ExpFloat64(), 1/w.shape)
}

func (w weibull) Mean() float64 { return w.scale * math.Gamma(1+1/w.shape) }

// weibullShape solves cv^2 = Gamma(1+2/k)/Gamma(1+1/k)^2 - 1 for k by bisection;
// the left side falls steadily in k.
func weibullShape(cv float64) float64 {
	low, high := 0.05, 2e5 // cv 3.7e5 and 6e-6
	for range 100 {
		k := math.Sqrt(low * high)
		l2, _ := math.Lgamma(1 + 2/k)
		l1, _ := math.Lgamma(1 + 1/k)
		if math.Expm1(l2-2*l1) > cv*cv {
			low = k
		} else {
			high = k
		}
	}
	return math.Sqrt(low * high)
}

type logNormal struct{ mu, sigma float64 }

func newLogNormal(mean, cv float64) Dist {
	s2 := math.Log1p(cv * cv)
	return logNormal{mu: math.Log(mean) - s2/2, sigma: math.Sqrt(s2)}
}

// LogNormalFromQuantiles returns the log-normal with the given median and the
// given value at probability p (0.5 < p < 1, value >= median > 0).
func LogNormalFromQuantiles(median, p, value float64) Dist {
	z := mathext.NormalQuantile(p)
	return logNormal{mu: math.Log(median), sigma: math.Log(value/median) / z}
}

func (l logNormal) Sample(r *rand.Rand) float64 { return math.Exp(l.mu + l.sigma*r.NormFloat64()) }

func (l logNormal) Mean() float64 { return math.Exp(l.mu + l.sigma*l.sigma/2) }

type uniform struct{ low, high float64 }

func (u uniform) Sample(r *rand.Rand) float64 { return u.low + (u.high-u.low)*r.Float64() }

func (u uniform) Mean() float64 { return (u.low + u.high) / 2 }

// Quantiles is a distribution given by points of its inverse: Value[i] is
// reached at probability P[i]. Between points it is linear. P rises from 0 to 1
// and Value never falls.
type Quantiles struct{ P, Value []float64 }

// NewEmpirical returns the distribution of observed values, of which there is at
// least one and none is NaN. It takes the slice over and sorts it.
func NewEmpirical(values []float64) (*Quantiles, error) {
	if len(values) == 0 {
		return nil, fmt.Errorf("an empirical distribution needs at least one value")
	}
	sort.Float64s(values)
	if math.IsNaN(values[0]) { // NaN sorts first
		return nil, fmt.Errorf("an empirical distribution needs numbers, got NaN")
	}
	q := &Quantiles{Value: values, P: make([]float64, len(values))}
	for i := range values {
		q.P[i] = float64(i) / math.Max(1, float64(len(values)-1))
	}
	return q, nil
}

// At returns the value at probability p.
func (q *Quantiles) At(p float64) float64 {
	i := sort.SearchFloat64s(q.P, p)
	switch {
	case i == 0:
		return q.Value[0]
	case i >= len(q.P):
		return q.Value[len(q.Value)-1]
	}
	span := q.P[i] - q.P[i-1]
	if span <= 0 || p == q.P[i] {
		return q.Value[i]
	}
	between := q.Value[i-1] + (q.Value[i]-q.Value[i-1])*(p-q.P[i-1])/span
	return math.Min(q.Value[i], between) // rounding may lead one step beyond
}

// Sample draws one number by inversion.
func (q *Quantiles) Sample(r *rand.Rand) float64 { return q.At(r.Float64()) }

// Mean returns the expectation of the piecewise linear distribution.
func (q *Quantiles) Mean() float64 {
	if len(q.Value) == 1 {
		return q.Value[0]
	}
	var mean float64
	for i := 1; i < len(q.P); i++ {
		mean += (q.P[i] - q.P[i-1]) * (q.Value[i] + q.Value[i-1]) / 2
	}
	return mean
}

// Bounded clamps what another distribution draws into [Low, High].
type Bounded struct {
	Dist
	Low, High float64
}

// Sample draws one number and clamps it.
func (b Bounded) Sample(r *rand.Rand) float64 {
	return math.Min(b.High, math.Max(b.Low, b.Dist.Sample(r)))
}

// Shifted adds a constant to what another distribution draws.
type Shifted struct {
	Dist
	By float64
}

// Sample draws one number and adds the constant.
func (s Shifted) Sample(r *rand.Rand) float64 { return s.By + s.Dist.Sample(r) }

// Mean returns the shifted expectation.
func (s Shifted) Mean() float64 { return s.By + s.Dist.Mean() }
