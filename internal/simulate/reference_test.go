package simulate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/workload"
)

// batchCase is a home with a fixed number of replicas that serve in continuous batches, and its requests.
type batchCase struct {
	spec       home.Batch
	replicas   int
	container  bool // a container home with so many warm instances; else a cluster
	byPriority bool
	queue      home.Queue    // of the home; a container home's has no time-out here
	timeout    time.Duration // of callers; 0 is none
	cancel     bool
	requests   []workload.Request
}

// fate is what became of a request: when it left the home, and when its first token came if its caller got an answer.
type fate struct {
	result         result
	at, firstToken time.Duration
}

type result string

const (
	answered result = "answered"
	rejected result = "rejected"
	timedOut result = "timed out"
)

// reference runs a batchCase as docs/simulation.md defines it, apart from the engine: every iteration of every
// replica, with a look at everything at each instant.
type reference struct {
	*batchCase
	now      time.Duration
	replicas []*referenceReplica
	waiting  []int // requests in the home's queue
	arrived  int   // requests so far
	changes  int   // of the number of requests inside a replica
	fates    []fate
}

type referenceReplica struct {
	running []*referenceSequence
	waiting []int         // inside, to be admitted at the next boundary
	end     time.Duration // of the iteration that runs
	changed int           // when the number inside last changed
	// of the coming iteration, at a boundary
	budget, prompts int64
}

type referenceSequence struct {
	id                  int
	prompt, chunk, left int64 // prompt tokens to run, those of this iteration, and output tokens to come
	firstToken          time.Duration
}

func (c *batchCase) reference() []fate {
	r := &reference{batchCase: c, fates: make([]fate, len(c.requests))}
	for i := range c.replicas {
		r.replicas = append(r.replicas, &referenceReplica{changed: i})
	}
	r.changes = c.replicas
	for r.now = r.next(); r.now < math.MaxInt64; r.now = r.next() {
		r.dropOverdue()
		for _, p := range r.replicas {
			if len(p.running) > 0 && p.end == r.now {
				r.boundary(p)
			}
		}
		for id := range r.arrived {
			if r.cancel && r.inside(id) && r.deadline(id) == r.now {
				r.leave(id)
			}
		}
		for ; r.arrived < len(r.requests) && r.requests[r.arrived].At == r.now; r.arrived++ {
			r.arrive(r.arrived)
		}
	}
	return r.fates
}

// next is the next instant at which anything may happen.
func (r *reference) next() time.Duration {
	next := time.Duration(math.MaxInt64)
	consider := func(at time.Duration) {
		if at > r.now || r.arrived == 0 {
			next = min(next, at)
		}
	}
	if r.arrived < len(r.requests) {
		consider(r.requests[r.arrived].At)
	}
	for _, p := range r.replicas {
		if len(p.running) > 0 {
			consider(p.end)
		}
	}
	for id := range r.arrived {
		if r.cancel && r.inside(id) {
			consider(r.deadline(id))
		}
	}
	for _, id := range r.waiting {
		if r.queue.Timeout > 0 {
			consider(r.overdue(id))
		}
	}
	return next
}

func (r *reference) inside(id int) bool { return r.fates[id].result == "" }

func (r *reference) deadline(id int) time.Duration { return r.requests[id].At + r.timeout }

// overdue is the first instant at which a request has waited too long in the home's queue.
func (r *reference) overdue(id int) time.Duration { return r.requests[id].At + r.queue.Timeout + 1 }

func (r *reference) late(id int) bool { return r.timeout > 0 && r.now > r.deadline(id) }

func (r *reference) dropOverdue() {
	r.waiting = slices.DeleteFunc(r.waiting, func(id int) bool {
		if r.queue.Timeout == 0 || r.overdue(id) > r.now {
			return false
		}
		r.fates[id] = fate{result: timedOut, at: r.now}
		return true
	})
}

// arrive sends a request to the replica with the fewest inside; of equals to the one whose number changed last.
func (r *reference) arrive(id int) {
	var best *referenceReplica
	for _, p := range r.replicas {
		if p.inside() == r.slots() {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(p.inside(), best.inside()), cmp.Compare(best.changed, p.changed)) < 0 {
			best = p
		}
	}
	switch {
	case best != nil && !r.full(best):
		r.enter(best, id)
		if len(best.running) == 0 {
			r.proceed(best)
		}
	case best != nil || r.spec.MaxWaiting > 0 && !r.container || r.queue.Bounded && len(r.waiting) >= r.queue.Length:
		r.fates[id] = fate{result: rejected, at: r.now}
	default:
		r.waiting = append(r.waiting, id)
	}
}

func (p *referenceReplica) inside() int { return len(p.running) + len(p.waiting) }

func (r *reference) slots() int { return r.spec.Max + r.spec.MaxWaiting }

// full reports whether as many wait in a replica with a queue of its own as may.
func (r *reference) full(p *referenceReplica) bool {
	return r.spec.MaxWaiting > 0 && len(p.waiting) >= r.spec.MaxWaiting && p.inside() > 0
}

func (r *reference) enter(p *referenceReplica, id int) {
	p.waiting = append(p.waiting, id)
	r.touch(p)
}

func (r *reference) touch(p *referenceReplica) {
	p.changed = r.changes
	r.changes++
}

// leave is a caller who goes without an answer.
func (r *reference) leave(id int) {
	is := func(k int) bool { return k == id }
	if slices.Contains(r.waiting, id) {
		r.waiting = slices.DeleteFunc(r.waiting, is)
		r.fates[id] = fate{result: timedOut, at: r.now}
		return
	}
	for _, p := range r.replicas {
		if slices.Contains(p.waiting, id) {
			p.waiting = slices.DeleteFunc(p.waiting, is)
			r.fates[id] = fate{result: timedOut, at: r.now}
			r.touch(p)
			r.feed(p)
		}
	}
	// What runs leaves at the next boundary.
}
