package generate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
)

// maxCV bounds the burstiness of renewal arrivals: beyond it a span of any
// length holds either no request or nearly all at one instant.
const maxCV = 100

// renewal is a stationary renewal process of rate 1. The first gap is the rest
// of one that was under way at the start, without which bursty arrivals would
// begin with a burst and the mean rate would be missed by (cv^2 - 1)/2 requests.
type renewal struct{ first, gap random.Dist }

func newRenewal(g v1alpha1.Generator) (renewal, error) {
	cv := 1.0
	if g.CV != nil {
		cv = *g.CV
	}
	shape := random.ShapeExponential
	switch g.Arrivals {
	case "", "poisson", "mmpp":
		if cv != 1 {
			return renewal{}, fmt.Errorf("cv: %s arrivals have none of their own, leave it out or choose gamma or weibull", poissonName(g.Arrivals))
		}
	case "gamma":
		shape = random.ShapeGamma
	case "weibull":
		shape = random.ShapeWeibull
	default:
		return renewal{}, fmt.Errorf("arrivals: expected poisson, gamma, weibull, mmpp or replay, got %q", g.Arrivals)
	}
	if !(cv >= 0 && cv <= maxCV) {
		return renewal{}, fmt.Errorf("cv: expected a number from 0 to %d, got %g", maxCV, cv)
	}
	if cv == 1 { // gamma and Weibull of cv 1 are the exponential, which is the fastest to draw
		shape = random.ShapeExponential
	}
	gap, err := random.NewDist(shape, 1, cv)
	if err != nil {
		return renewal{}, fmt.Errorf("cv: %w", err)
	}
	first, err := random.Residual(gap)
	if err != nil {
		return renewal{}, fmt.Errorf("arrivals: %w", err)
	}
	return renewal{first: first, gap: gap}, nil
}

func poissonName(arrivals string) string {
	if arrivals == "" {
		return "poisson"
	}
	return arrivals
}

// start returns the gaps of one reading.
func (p renewal) start(rng *rand.Rand) *renewalDraw {
	_, exponential := p.gap.(random.Exponential)
	return &renewalDraw{rng: rng, dist: p.first, after: p.gap, exponential: exponential}
}

// renewalDraw draws one gap after the other, in units of the mean gap.
type renewalDraw struct {
	rng         *rand.Rand
	dist, after random.Dist
	exponential bool
}

func (d *renewalDraw) next() float64 {
	if d.exponential {
		return d.rng.ExpFloat64()
	}
	gap := d.dist.Sample(d.rng)
	d.dist = d.after
	return math.Max(0, gap)
}
