package simulate

import "math/bits"

// maxConcurrency bounds the requests in one instance (Cloud Run's own bound is 1000).
const maxConcurrency = 1024

type instanceState uint8

const (
	gone instanceState = iota
	starting
	serving
	draining // takes no more requests
)

// none is the index of no instance.
const none int32 = -1

// instance is a pod, a container instance or a function environment.
type instance struct {
	state      instanceState
	onDemand   bool  // of a home that hedges on spot
	busy       int32 // requests inside
	next, prev int32 // neighbours among the serving instances with as many requests
	node       int32 // of a cluster
	born       int64 // when it was asked for
	readyAt    int64
	idleSince  int64 // valid while busy is 0
	batch      *batch
}

// pool is a set of instances of which each takes up to `slots` requests at
// once. Serving instances with a free slot are kept in lists by the number of requests inside, most
// recently changed first: the head of list 0 is the most recently used idle
// instance and its tail the one that has been idle longest, so that taking an
// instance and expiring one are both constant time.
type pool struct {
	slots     int32
	instances []instance
	free      []int32 // indices to reuse
	heads     [maxConcurrency]int32
	tails     [maxConcurrency]int32
	occupied  [maxConcurrency / 64]uint64 // which lists have members

	apart      int // instances that are always live and kept outside the lists
	live       int // not gone
	serving    int // ready to take requests
	starting   int
	peakLive   int
	begun      int64 // instances that were asked for and not there at the start
	begunAt    int64 // when the last of them was; before the first, earlier than any time
	liveArea   area  // instances x ns
	readyArea  area  // serving and draining instances x ns
	busyArea   area  // requests inside x ns
	ready      int   // serving and draining
	inside     int
	uses       *podUses // nil where nobody looks at single instances
	horizon    int64    // areas count up to here
	lastChange int64    // of the instances
	lastBusy   int64    // of the requests inside
}

// area is an integral over time. It is a float because instances x ns of a long run overflow an int64.
type area float64

func newPool(slots int, horizon int64) *pool {
	p := &pool{slots: int32(slots), horizon: horizon}
	for i := range p.heads {
		p.heads[i], p.tails[i] = none, none
	}
	return p
}

// advance integrates the instances up to now, but not beyond the horizon.
func (p *pool) advance(now int64) {
	now = min(now, p.horizon)
	if dt := float64(now - p.lastChange); dt > 0 {
		p.liveArea += area(float64(p.live) * dt)
		p.readyArea += area(float64(p.ready) * dt)
		p.lastChange = now
	}
}

// advanceBusy integrates the requests inside up to now, but not beyond the horizon.
func (p *pool) advanceBusy(now int64) {
	now = min(now, p.horizon)
	p.busyArea += area(p.inside) * area(now-p.lastBusy)
	p.lastBusy = now
}

// add asks for an instance and returns its index. It is not ready yet.
func (p *pool) add(now int64) int32 {
	p.advance(now)
	i := int32(len(p.instances))
	if n := len(p.free); n > 0 {
		i = p.free[n-1]
		p.free = p.free[:n-1]
	} else {
		p.instances = append(p.instances, instance{})
	}
	batch := p.instances[i].batch // its memory is reused
	p.instances[i] = instance{state: starting, next: none, prev: none, node: none, born: now, batch: batch}
	p.live++
	p.starting++
	p.peakLive = max(p.peakLive, p.live)
	p.begun++
	p.begunAt = now
	return i
}

// beginRun ends the set-up: instances that serve by now are there at the start.
func (p *pool) beginRun() { p.begun, p.begunAt = int64(p.starting), -1 }

// serve makes a starting instance ready.
func (p *pool) serve(i int32, now int64) {
	p.advance(now)
	in := &p.instances[i]
	if p.uses != nil {
		p.uses.begin(i, now)
	}
	in.state, in.readyAt, in.idleSince = serving, now, now
	p.starting--
	p.serving++
	p.ready++
	p.link(i, 0)
}

// take puts a request into a serving instance.
func (p *pool) take(i int32, now int64) {
	p.advanceBusy(now)
	in := &p.instances[i]
	if p.uses != nil {
		p.uses.move(i, in.busy, now)
	}
	p.unlink(i, in.busy)
	in.busy++
	p.inside++
	if in.busy < p.slots {
		p.link(i, in.busy)
	}
}

// release takes a request out of an instance.
func (p *pool) release(i int32, now int64) {
	p.advanceBusy(now)
	in := &p.instances[i]
	if p.uses != nil {
		p.uses.move(i, in.busy, now)
	}
	p.inside--
	if in.state == serving {
		if in.busy < p.slots {
			p.unlink(i, in.busy)
		}
		p.link(i, in.busy-1)
	}
	in.busy--
	if in.busy == 0 {
		in.idleSince = now
	}
}

// drain stops a serving instance from taking requests.
func (p *pool) drain(i int32) {
	in := &p.instances[i]
	if in.busy < p.slots {
		p.unlink(i, in.busy)
	}
	in.state = draining
	p.serving--
}

// remove ends an instance that is starting, or has no request inside.
func (p *pool) remove(i int32, now int64) {
	p.advance(now)
	in := &p.instances[i]
	switch in.state {
	case starting:
		p.starting--
	case serving:
		p.unlink(i, 0)
		p.serving--
		p.ready--
	case draining:
		p.ready--
	}
	in.state = gone
	p.live--
	p.free = append(p.free, i)
}

// leastBusy returns the serving instance with the fewest requests and a free slot, or none.
func (p *pool) leastBusy() int32 {
	for w, word := range p.occupied[:(p.slots+63)/64] {
		if word != 0 {
			return p.heads[w*64+bits.TrailingZeros64(word)]
		}
	}
	return none
}

// longestIdle returns the serving instance that has been idle longest, or none.
func (p *pool) longestIdle() int32 { return p.tails[0] }

func (p *pool) link(i, level int32) {
	in := &p.instances[i]
	head := p.heads[level]
	in.next, in.prev = head, none
	p.heads[level] = i
	if head != none {
		p.instances[head].prev = i
		return
	}
	p.tails[level] = i
	p.occupied[level>>6] |= 1 << (level & 63)
}

func (p *pool) unlink(i, level int32) {
	in := &p.instances[i]
	if in.prev != none {
		p.instances[in.prev].next = in.next
	} else {
		p.heads[level] = in.next
	}
	if in.next != none {
		p.instances[in.next].prev = in.prev
	} else {
		p.tails[level] = in.prev
	}
	if p.heads[level] == none {
		p.occupied[level>>6] &^= 1 << (level & 63)
	}
}
