package simulate

import (
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
)

// unpulled marks a node that does not have the image yet.
const unpulled int64 = -1

// clusterNode is one machine of a cluster.
type clusterNode struct {
	used      bool
	leaving   bool // takes no more replicas, and is given back when it is empty
	onDemand  bool // of a home on spot
	replicas  int
	id        int   // tells it from later nodes at its place in the list
	asked     int64 // when it was asked for
	born      int64 // when it is billed from: later than asked while there was no spot capacity
	readyAt   int64
	imageAt   int64 // when the image is on it, or unpulled
	idleSince int64
	changed   int64 // when a replica last came or went
	noticeAt  int64 // when the provider wants it back, or never
	goneAt    int64 // when the notice ends, or never
	lostAt    int64 // when it crashes, or never
}

// nodes is the machines of a cluster, each with room for perNode replicas.
type nodes struct {
	perNode int
	policy  home.Nodes
	// apart keeps replicas on spot and on demand to nodes of their kind.
	apart bool
	// readyFirst prefers a node that is ready to one that starts.
	readyFirst bool
	list       []clusterNode
	live       int
	onDemand   int // of them, of a home on spot
	empty      int // of them, without a replica and not leaving
	peak       int
	made       int
}

// find returns the node that a replica is put on, or none: the fullest with
// room, or the emptiest; of equals the first. Spare nodes are the last resort.
func (n *nodes) find(now int64, onDemand bool) int32 {
	best := none
	for i := range n.list {
		c := &n.list[i]
		if c.used && !c.leaving && c.replicas < n.perNode && (!n.apart || c.onDemand == onDemand) && (best == none || n.prefers(c, &n.list[best], now)) {
			best = int32(i)
		}
	}
	return best
}

func (n *nodes) prefers(a, b *clusterNode, now int64) bool {
	switch {
	case n.readyFirst && (a.readyAt <= now) != (b.readyAt <= now):
		return a.readyAt <= now
	case n.policy.Spare > 0 && (a.replicas == 0) != (b.replicas == 0):
		return b.replicas == 0
	case n.policy.Spread:
		return a.replicas < b.replicas
	}
	return a.replicas > b.replicas
}

// full reports whether the quota is reached.
func (n *nodes) full() bool { return n.policy.Max > 0 && n.live >= n.policy.Max }

func (n *nodes) add(fresh clusterNode) int32 {
	fresh.used, fresh.imageAt, fresh.id = true, unpulled, n.made
	fresh.idleSince, fresh.changed = fresh.readyAt, fresh.readyAt
	fresh.noticeAt, fresh.goneAt, fresh.lostAt = never, never, never
	n.made++
	n.live++
	n.empty++
	if fresh.onDemand {
		n.onDemand++
	}
	n.peak = max(n.peak, n.live)
	for i := range n.list {
		if !n.list[i].used {
			n.list[i] = fresh
			return int32(i)
		}
	}
	n.list = append(n.list, fresh)
	return int32(len(n.list) - 1)
}

// occupy takes one place on a node.
func (n *nodes) occupy(i int32, now int64) {
	c := &n.list[i]
	if c.replicas == 0 {
		n.empty--
	}
	c.replicas++
	c.changed = max(c.changed, now)
}

// vacate frees one place and reports whether the node is now empty.
func (n *nodes) vacate(i int32, now int64) bool {
	c := &n.list[i]
	c.replicas--
	c.idleSince, c.changed = now, max(c.changed, now)
	if c.replicas == 0 && !c.leaving {
		n.empty++
	}
	return c.replicas == 0
}

// leave stops a node from taking replicas.
func (n *nodes) leave(i int32) {
	c := &n.list[i]
	if !c.leaving && c.replicas == 0 {
		n.empty--
	}
	c.leaving = true
}

// idle reports whether a node has been empty for the whole of a time and is not kept as a spare.
func (n *nodes) idle(i int32, now, forTime int64) bool {
	c := &n.list[i]
	return c.used && !c.leaving && c.replicas == 0 && c.idleSince+forTime <= now && n.empty > n.policy.Spare
}

// giveBack ends a node that is leaving and has no replica. Its time is metered up to the horizon.
func (n *nodes) giveBack(i int32, now, horizon int64, m *home.Metered) {
	c := &n.list[i]
	c.meter(min(now, horizon), m)
	c.used = false
	n.live--
	if c.onDemand {
		n.onDemand--
	}
}

// meter counts the life of a node up to a time.
func (c *clusterNode) meter(until int64, m *home.Metered) {
	life := roundUp(max(0, until-c.born), 1)
	if c.onDemand {
		m.OnDemandNodeTime += life
		return
	}
	m.NodeTime += life
}

// close meters what is still alive at the end of the span.
func (n *nodes) close(span int64, m *home.Metered) {
	for i := range n.list {
		if c := &n.list[i]; c.used && c.born < span {
			c.meter(span, m)
		}
	}
}

// draw returns a time in nanoseconds; no distribution is no time.
func draw(d random.Dist, r *rand.Rand) int64 {
	if d == nil {
		return 0
	}
	return int64(d.Sample(r) * 1e9)
}
