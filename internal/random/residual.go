package random

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Residual returns the distribution of the time until the next event, seen at
// a moment that does not depend on the events, when the gaps between events are
// drawn from d. Its density is (1 - F(x)) / mean; to draw it, a gap drawn with a
// weight of its length is cut at a uniform point (D. R. Cox, Renewal Theory,
// 1962, sections 5.2 to 5.4).
//
// A renewal process that starts with it is stationary: it has rate 1/mean from
// the beginning. It is known here for Constant, Exponential, gamma and Weibull.
func Residual(d Dist) (Dist, error) {
	switch d := d.(type) {
	case Constant:
		return uniform{high: float64(d)}, nil
	case Exponential:
		return d, nil
	case gamma:
		// x times the gamma density of shape k is the gamma density of shape k + 1.
		return cut{gamma{shape: d.shape + 1, scale: d.scale}}, nil
	case weibull:
		return cut{lengthBiasedWeibull(d)}, nil
	}
	return nil, fmt.Errorf("the residual of a %T is not known", d)
}

// cut is a draw of another distribution times a uniform number.
type cut struct{ Dist }

func (c cut) Sample(r *rand.Rand) float64 { return r.Float64() * c.Dist.Sample(r) }

func (c cut) Mean() float64 { return c.Dist.Mean() / 2 }

// lengthBiasedWeibull has a density of x times that of the Weibull: with
// y = (x/scale)^k this is y^(1/k) e^-y, a gamma of shape 1 + 1/k.
type lengthBiasedWeibull weibull

func (w lengthBiasedWeibull) Sample(r *rand.Rand) float64 {
	return w.scale * math.Pow(gamma{shape: 1 + 1/w.shape, scale: 1}.Sample(r), 1/w.shape)
}

func (w lengthBiasedWeibull) Mean() float64 {
	return w.scale * math.Gamma(1+2/w.shape) / math.Gamma(1+1/w.shape)
}
