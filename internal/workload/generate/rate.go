package generate

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// maxRate is the highest rate of a generator: one request a nanosecond.
const maxRate = 1e9

// baseRate is the rate of a generator before the shapes of day and week. Rates
// are per second.
type baseRate interface {
	mean() float64
	peak() float64
	// start returns the phases of one reading under a seed.
	start(seed uint64) phases
}

// phases is a rate that is constant in phases. next returns how long the next
// one lasts, in nanoseconds, and its rate per second.
type phases interface {
	next() (length, rate float64)
}

func newBase(g v1alpha1.Generator) (baseRate, error) {
	if g.Arrivals == "mmpp" {
		return newMMPP(g)
	}
	if len(g.States) > 0 {
		return nil, errors.New("states: only arrivals: mmpp has states")
	}
	if g.Rate <= 0 {
		return nil, fmt.Errorf("rate: expected a rate above 0, got %s", g.Rate)
	}
	if err := checkRate(float64(g.Rate)); err != nil {
		return nil, fmt.Errorf("rate: %w", err)
	}
	return steadyRate(g.Rate), nil
}

// checkRate refuses what is no rate at all.
func checkRate(r float64) error {
	if !(r >= 0 && r <= maxRate) {
		return fmt.Errorf("expected a rate from 0 to %s, got %s", unit.Rate(maxRate), unit.Rate(r))
	}
	return nil
}

// steadyRate never changes.
type steadyRate float64

func (r steadyRate) mean() float64                { return float64(r) }
func (r steadyRate) peak() float64                { return float64(r) }
func (r steadyRate) start(uint64) phases          { return r }
func (r steadyRate) next() (length, rate float64) { return math.Inf(1), float64(r) }

// rateStep is a stretch of constant rate that ends at end (ns); perRate is
// 1/rate.
type rateStep struct{ end, rate, perRate float64 }

// rateSteps is the product of a base rate and its modulation, step by step.
type rateSteps struct {
	to     float64
	factor float64 // from a rate per second to one per nanosecond, scaled
	base   phases
	shape  modulation

	now                 float64
	baseEnd, baseRate   float64
	shapeEnd, shapeRate float64
}

// newRateSteps returns the steps of a base rate, whose phases begin at 0, under a shape.
func newRateSteps(base phases, factor float64, shape modulation) *rateSteps {
	return &rateSteps{base: base, factor: factor / float64(time.Second), shape: shape}
}

// move goes to the steps from one time (ns), not before the one reached, up to another.
func (r *rateSteps) move(from, to float64) {
	for r.baseEnd < from {
		length, rate := r.base.next()
		r.baseEnd, r.baseRate = r.baseEnd+length, rate
	}
	r.now, r.to, r.shapeEnd = from, to, from
}

// next sets step to the following one and reports whether there is one.
func (r *rateSteps) next(step *rateStep) bool {
	if r.now >= r.to {
		return false
	}
	if r.now >= r.baseEnd {
		length, rate := r.base.next()
		r.baseEnd, r.baseRate = r.now+length, rate
	}
	if r.now >= r.shapeEnd {
		r.shapeEnd, r.shapeRate = r.shape.step(r.now)
	}
	r.now = math.Min(r.to, math.Min(r.baseEnd, r.shapeEnd))
	rate := r.baseRate * r.shapeRate * r.factor
	*step = rateStep{end: r.now, rate: rate}
	if rate > 0 {
		step.perRate = 1 / rate
	}
	return true
}

// pickWeighted returns the index that a uniform draw over the sum of the weights falls on.
func pickWeighted(r *rand.Rand, weights []float64) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	x := r.Float64() * sum
	for i, w := range weights {
		if x < w {
			return i
		}
		x -= w
	}
	return len(weights) - 1
}
