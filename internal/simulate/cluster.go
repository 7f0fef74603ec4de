package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// cluster is replicas on nodes: a request goes to the replica with the fewest
// inside, or waits in one queue before all of them, as behind a gateway that
// holds what no replica can take.
type cluster struct {
	*server
	home.Cluster
	nodes      nodes
	autoscaler *nodeAutoscaler // nil asks for a node as soon as one is needed
	market     *market         // nil is not on spot
	hazards    hazards
	hedge      *hedge          // nil keeps no replicas beyond those asked for
	scaler     scaler          // nil where the number of replicas is fixed
	bounds     *scale.Schedule // of the replicas, or nil
	metered    home.Metered
	counts     NodeCounts
	replicas   int // asked for
	pending    []pendingReplica
	members    []int32 // scratch
	broken     []int32 // scratch
	vacant     []bool  // scratch
}

func newCluster(s *server, c home.Cluster) *cluster {
	var bounds *scale.Schedule
	if len(c.Schedule) > 0 {
		bounds, _ = scale.NewSchedule(monday, c.Schedule) // checkHome has checked it
		c.Replicas = within(c.Replicas, bounds.At(0))
	}
	s.limit = c.Queue
	h := &cluster{server: s, Cluster: c, bounds: bounds, nodes: nodes{perNode: c.ReplicasPerNode, policy: c.Nodes}}
	h.autoscaler = newNodeAutoscaler(c.Nodes)
	h.nodes.readyFirst = h.autoscaler != nil || c.Nodes.Spare > 0 || c.Nodes.Spread
	h.hazards = newHazards(s.seed, uint64(s.index))
	if s := c.Nodes.Spot; s != nil && s.Hedged {
		h.hedge, h.nodes.apart = newHedge(*s, c.Replicas), true
	}
	if c.Nodes.Spot != nil {
		h.market = newMarket(*c.Nodes.Spot, s.seed, uint64(s.index))
	}
	if h.scaler = newScaler(c, s.seen); h.scaler != nil {
		h.due = h.scaler.next()
		h.watchPods()
	}
	h.begin()
	return h
}

func (c *cluster) arrive(now int64, id int32) {
	if i := c.leastBusy(); i != none {
		c.start(i, id, now)
		return
	}
	c.enqueue(id, now)
	if c.replicas == 0 {
		c.wake(now)
	}
}

func (c *cluster) handle(now int64, e event) {
	i := e.subject
	switch e.kind {
	case completed:
		if i = c.complete(e, now); i == none {
			return
		}
	case boundary:
		c.iterate(c, i, now)
		return
	case ready:
		if in := &c.instances[i]; in.state != starting || in.readyAt != now {
			return // given up while it was starting
		}
		c.serve(i, now)
		if c.hedge != nil {
			c.rehedge(now)
		}
	case overdue:
		c.dropOverdue(now)
		return
	default:
		c.handleNode(now, e)
		return
	}
	c.feed(i, now)
}

// feed fills a replica's free slots from the queue, or ends it when it drains and is empty.
func (c *cluster) feed(i int32, now int64) {
	in := &c.instances[i]
	if in.state == draining {
		if in.busy == 0 {
			c.end(i, now)
		}
		return
	}
	for c.waiting.len() > 0 && c.hasRoom(i) {
		c.start(i, c.call(), now)
	}
}

// abandoned gives the slot of a request whose caller has left to the next.
func (c *cluster) abandoned(now int64, id int32) {
	if i := c.withdraw(id, now); i != none {
		c.feed(i, now)
	}
}

// tick lets the autoscaler observe and decide.
func (c *cluster) tick(now int64) {
	desired := c.scaler.tick(now, c)
	c.due = c.scaler.next()
	if c.bounds != nil {
		desired = within(desired, c.bounds.At(time.Duration(now)))
	}
	if c.hedge != nil {
		c.replicas = desired
		c.rehedge(now)
		return
	}
	for c.replicas < desired {
		c.grow(now)
	}
	for c.replicas > desired {
		c.shrink(now)
	}
}

// wake has the scaler look at once, if it does so for a request without any replica.
func (c *cluster) wake(now int64) {
	if w, ok := c.scaler.(waker); ok && w.wake(now) {
		c.due = now
	}
}

// watchPods keeps the use of single replicas, if the scaler looks at it.
func (c *cluster) watchPods() {
	if h, ok := c.scaler.(*hpaScaler); ok && h.perPod {
		c.uses = new(podUses)
	}
}

// queued is the requests that wait, in replicas with a queue of their own too.
func (c *cluster) queued() int {
	n := c.waiting.len()
	if c.server.batch == nil || c.server.batch.MaxWaiting == 0 {
		return n
	}
	for i := range c.instances {
		if in := &c.instances[i]; in.state != gone && in.busy > 0 {
			n += in.batch.waiting.len()
		}
	}
	return n
}

// grow asks for a replica.
func (c *cluster) grow(now int64) {
	c.replicas++
	c.bring(now, false)
}

// bring asks for a replica of a kind.
func (c *cluster) bring(now int64, onDemand bool) {
	i := c.add(now)
	c.instances[i].onDemand = onDemand
	c.await(i)
	c.schedule(now)
	c.look(now)
}

// shrink gives up one replica.
func (c *cluster) shrink(now int64) {
	c.replicas--
	c.drop(now, false)
}

// drop gives up a replica of a kind: the newest that is pending, else the newest that
// is still starting, else the one with the fewest requests, which first finishes them.
func (c *cluster) drop(now int64, onDemand bool) {
	if c.giveUpPending(now, onDemand) {
		return
	}
	if i := c.newestStarting(onDemand); i != none {
		c.end(i, now)
		return
	}
	i := c.leastLoaded(onDemand)
	c.drain(i)
	c.feed(i, now)
}

func (c *cluster) newestStarting(onDemand bool) int32 {
	best := none
	if c.starting == 0 {
		return best
	}
	for i := range c.instances {
		in := &c.instances[i]
		if in.state == starting && in.onDemand == onDemand && (best == none || in.born >= c.instances[best].born) {
			best = int32(i)
		}
	}
	return best
}

// leastLoaded returns the serving replica of a kind with the fewest requests inside.
func (c *cluster) leastLoaded(onDemand bool) int32 {
	if i := c.leastBusy(); i != none && c.hedge == nil {
		return i
	}
	best := none
	for i := range c.instances {
		in := &c.instances[i]
		if in.state == serving && in.onDemand == onDemand && (best == none || in.busy < c.instances[best].busy) {
			best = int32(i)
		}
	}
	return best
}

// end removes a replica and frees its place on the node.
func (c *cluster) end(i int32, now int64) {
	in := &c.instances[i]
	if in.born > now { // its node has not come
		c.counts.PendingTime -= roundUp(min(in.born, c.horizon)-min(now, c.horizon), 1)
	} else {
		c.metered.ReplicaTime += roundUp(min(now, c.horizon)-min(in.born, c.horizon), 1)
	}
	n := in.node
	c.remove(i, now)
	if c.nodes.vacate(n, now) {
		c.emptied(n, now)
	}
	c.schedule(now)
}

func (c *cluster) meter(until int64) home.Metered {
	m := c.metered
	for i := range c.instances {
		if in := &c.instances[i]; in.state != gone && in.node != none && in.born < until {
			m.ReplicaTime += roundUp(until-in.born, 1)
		}
	}
	c.nodes.close(until, &m)
	m.PeakNodes = int64(c.nodes.peak)
	return m
}
