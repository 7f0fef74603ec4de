package simulate

import (
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
)

// hazards draws when nodes are interrupted and lost. Each has a stream of its own,
// so that one does not change with the other.
type hazards struct {
	interruptions, losses *rand.Rand
}

// The parts of the stream of interruptions of a home; its index stands below them.
const (
	lossStream   = 1 << 32
	outageStream = 2 << 32
)

func newHazards(seed, index uint64) hazards {
	return hazards{
		interruptions: random.New(seed, random.Interruptions, index),
		losses:        random.New(seed, random.Interruptions, index|lossStream),
	}
}

const hour = 3600e9 // ns

// exponential draws a time in nanoseconds with a mean.
func exponential(r *rand.Rand, mean float64) int64 {
	return int64(min(r.ExpFloat64()*mean, never/4))
}

// doom draws the end of a node that is billed from born.
func (h *hazards) doom(c *clusterNode, p home.Nodes) {
	if p.Spot != nil && p.Spot.Rate > 0 && !c.onDemand {
		c.noticeAt = c.born + exponential(h.interruptions, hour/p.Spot.Rate)
	}
	if p.LossRate > 0 {
		c.lostAt = c.born + exponential(h.losses, hour/p.LossRate)
	}
}
