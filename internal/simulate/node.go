package simulate

import (
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/random"
)

// unpulled marks a node that does not have the image yet.
const unpulled int64 = -1

// node is one machine of a cluster. It is billed from when it was asked for.
type node struct {
	used      bool
	replicas  int
	born      int64
	readyAt   int64
	imageAt   int64 // when the image is on it, or unpulled
	idleSince int64
}

// nodes is the machines of a cluster, each with room for perNode replicas.
type nodes struct {
	perNode int
	list    []node
	live    int
	peak    int
}

// place puts a replica on the fullest node that has room, or on a new one,
// which takes startUp() nanoseconds to be ready.
func (n *nodes) place(now int64, startUp func() int64) int32 {
	best := none
	for i := range n.list {
		c := &n.list[i]
		if c.used && c.replicas < n.perNode && (best == none || c.replicas > n.list[best].replicas) {
			best = int32(i)
		}
	}
	if best == none {
		best = n.add(now, now+startUp())
	}
	n.list[best].replicas++
	return best
}

func (n *nodes) add(now, readyAt int64) int32 {
	fresh := node{used: true, born: now, readyAt: readyAt, imageAt: unpulled}
	n.live++
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

// vacate frees one place and reports whether the node is now empty.
func (n *nodes) vacate(i int32, now int64) bool {
	c := &n.list[i]
	c.replicas--
	c.idleSince = now
	return c.replicas == 0
}

// expire gives back a node that has been empty for the whole of idle. Its time is metered up to the horizon.
func (n *nodes) expire(i int32, now, idle, horizon int64, m *platform.Metered) {
	c := &n.list[i]
	if c.used && c.replicas == 0 && c.idleSince+idle <= now {
		m.NodeTime += roundUp(max(0, min(now, horizon)-c.born), 1)
		c.used = false
		n.live--
	}
}

// close meters what is still alive at the end of the span.
func (n *nodes) close(span int64, m *platform.Metered) {
	for i := range n.list {
		if c := &n.list[i]; c.used && c.born < span {
			m.NodeTime += roundUp(span-c.born, 1)
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
