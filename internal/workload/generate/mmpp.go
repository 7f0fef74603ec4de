package generate

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
)

// maxPhases bounds the changes of state within a span, which cost time even
// where no request arrives.
const maxPhases = 1e9

// mmpp is the rate of a Markov-modulated Poisson process (W. Fischer and
// K. Meier-Hellstern, "The Markov-modulated Poisson process cookbook",
// Performance Evaluation 18(2), 1993): it stays in a state for an exponential
// time and goes on to any of the others with the same probability.
type mmpp struct {
	rates  []float64 // per second
	dwells []float64 // mean, in ns
}

func newMMPP(g v1alpha1.Generator) (baseRate, error) {
	if g.Rate != 0 {
		return nil, fmt.Errorf("rate: mmpp takes its rate from states, leave out rate %s", g.Rate)
	}
	if len(g.States) == 0 {
		return nil, errors.New("states: mmpp needs at least one state with rate and dwell")
	}
	var m mmpp
	for i, s := range g.States {
		if err := checkRate(float64(s.Rate)); err != nil {
			return nil, fmt.Errorf("states[%d].rate: %w", i, err)
		}
		if s.Dwell <= 0 {
			return nil, fmt.Errorf("states[%d].dwell: expected a duration above 0, got %s", i, s.Dwell)
		}
		m.rates = append(m.rates, float64(s.Rate))
		m.dwells = append(m.dwells, float64(s.Dwell))
	}
	if m.mean() == 0 {
		return nil, errors.New("states: expected at least one state with a rate above 0")
	}
	var cycle float64
	for _, d := range m.dwells {
		cycle += d
	}
	if float64(g.Span)*float64(len(m.dwells)) > maxPhases*cycle {
		return nil, fmt.Errorf("states: expected longer dwells: these change state more than %g times within %s", float64(maxPhases), g.Span)
	}
	return &m, nil
}

// mean is the stationary one: the states follow each other uniformly, so each
// has a share of time that is its share of the dwells.
func (m *mmpp) mean() float64 {
	var requests, cycle float64
	for i, d := range m.dwells {
		requests += m.rates[i] * d
		cycle += d
	}
	return requests / cycle
}

func (m *mmpp) peak() float64 {
	var peak float64
	for _, r := range m.rates {
		peak = max(peak, r)
	}
	return peak
}

// start begins in a state drawn from the stationary distribution, so that the
// mean rate holds from the beginning.
func (m *mmpp) start(seed uint64) phases {
	rng := random.New(seed, random.Modulation, 0)
	return &mmppPhases{mmpp: m, rng: rng, state: pickWeighted(rng, m.dwells)}
}

type mmppPhases struct {
	*mmpp
	rng   *rand.Rand
	state int
}

func (p *mmppPhases) next() (length, rate float64) {
	length, rate = p.rng.ExpFloat64()*p.dwells[p.state], p.rates[p.state]
	if n := len(p.rates); n > 1 {
		other := p.rng.IntN(n - 1)
		if other >= p.state {
			other++
		}
		p.state = other
	}
	return length, rate
}
