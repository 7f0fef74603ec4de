package simulate

import (
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/baseline"
)

// hedge is the replicas of a cluster that keeps more of them on spot than are
// asked for, and some on demand while those on spot are not ready.
type hedge struct {
	policy *baseline.SpotHedge
	extra  int
	// spot and onDemand are asked for at present, those that drain excluded.
	spot, onDemand int
}

func newHedge(s home.Spot, replicas int) *hedge {
	p, _ := baseline.NewSpotHedge(s.Extra) // checkHome has checked it
	return &hedge{policy: p, extra: s.Extra, spot: replicas + s.Extra}
}

// extra is how many replicas there are at the start beyond those asked for.
func (c *cluster) extra() int {
	if c.hedge == nil {
		return 0
	}
	return c.hedge.extra
}

// given takes a replica that is given up with its node off the numbers.
func (h *hedge) given(in *instance) {
	switch {
	case h == nil:
	case in.onDemand:
		h.onDemand--
	default:
		h.spot--
	}
}

// rehedge brings and drops replicas of both kinds until there are as many as the policy wants.
func (c *cluster) rehedge(now int64) {
	h := c.hedge
	spot, onDemand := h.policy.Replicas(c.replicas, c.readySpot())
	for ; h.spot < spot; h.spot++ {
		c.bring(now, false)
	}
	for ; h.spot > spot; h.spot-- {
		c.drop(now, false)
	}
	for ; h.onDemand < onDemand; h.onDemand++ {
		c.bring(now, true)
	}
	for ; h.onDemand > onDemand; h.onDemand-- {
		c.drop(now, true)
	}
}

// readySpot is the replicas on spot that serve.
func (c *cluster) readySpot() int {
	n := 0
	for i := range c.instances {
		if in := &c.instances[i]; in.state == serving && !in.onDemand {
			n++
		}
	}
	return n
}
