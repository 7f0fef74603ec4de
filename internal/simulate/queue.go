package simulate

import "fulcrum.dev/fulcrum/internal/workload"

// queue is jobs that wait: first come first served, or ranked by priority and then so. The links stand in
// the jobs, of which each waits in one queue at a time: whoever leaves from the middle costs no more than the
// first, and nothing is allocated.
type queue struct {
	jobs  *jobs
	lanes []lane // by priority; one where jobs are not ranked
	count int
}

// lane is the first and the last of the jobs of one rank, or none.
type lane struct{ head, tail int32 }

func newQueue(j *jobs, ranked bool) queue {
	q := queue{jobs: j, lanes: make([]lane, 1)}
	if ranked {
		q.lanes = make([]lane, workload.Priorities)
	}
	q.clear()
	return q
}

func (q *queue) clear() {
	for r := range q.lanes {
		q.lanes[r] = lane{head: none, tail: none}
	}
	q.count = 0
}

func (q *queue) len() int { return q.count }

// rank is the lane of a job.
func (q *queue) rank(j *job) int {
	if len(q.lanes) == 1 {
		return 0
	}
	return int(j.priority)
}

func (q *queue) push(id int32) {
	slab := q.jobs.slab
	j := &slab[id]
	l := &q.lanes[q.rank(j)]
	j.next, j.prev, j.queued = none, l.tail, true
	if l.tail == none {
		l.head = id
	} else {
		slab[l.tail].next = id
	}
	l.tail = id
	q.count++
}

// first returns the job whose turn it is, or none.
func (q *queue) first() int32 {
	for r := len(q.lanes) - 1; r >= 0; r-- {
		if id := q.lanes[r].head; id != none {
			return id
		}
	}
	return none
}

// pop takes out the job whose turn it is. The queue must not be empty.
func (q *queue) pop() int32 {
	id := q.first()
	q.remove(id)
	return id
}

// remove takes out a job that is in the queue.
func (q *queue) remove(id int32) {
	slab := q.jobs.slab
	j := &slab[id]
	l := &q.lanes[q.rank(j)]
	if j.prev == none {
		l.head = j.next
	} else {
		slab[j.prev].next = j.next
	}
	if j.next == none {
		l.tail = j.prev
	} else {
		slab[j.next].prev = j.prev
	}
	j.queued = false
	q.count--
}
