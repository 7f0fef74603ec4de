package simulate

import (
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
)

// market is the spot capacity of a node pool: it can be had, and cannot, for
// exponential times in turn. At the start it can.
type market struct {
	home.Spot
	rng   *rand.Rand
	out   bool
	until int64 // the end of the present phase
}

func newMarket(s home.Spot, seed, index uint64) *market {
	m := &market{Spot: s, rng: random.New(seed, random.Interruptions, index|outageStream), until: never}
	if s.Unavailable > 0 {
		m.until = exponential(m.rng, float64(s.Available))
	}
	return m
}

// at returns since when, from now on, spot capacity can be had.
func (m *market) at(now int64) int64 {
	for m.until <= now {
		m.out = !m.out
		mean := m.Available
		if m.out {
			mean = m.Unavailable
		}
		m.until += exponential(m.rng, float64(mean))
	}
	if m.out {
		return m.until
	}
	return now
}

// ask returns when a node that is asked for now comes, and from which capacity:
// on demand while the base is not complete; else from spot, or on demand when
// that is not to be had in time. onDemand is how many of the nodes are on demand.
func (m *market) ask(now int64, onDemand int) (at int64, fromOnDemand bool) {
	if onDemand < m.Base {
		return now, true
	}
	at = m.at(now)
	if late := now + int64(m.FallbackAfter); m.Fallback && at > late {
		return late, true
	}
	return at, false
}
