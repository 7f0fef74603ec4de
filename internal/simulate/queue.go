package simulate

// job is a request inside a home: when it arrived and what it asks for.
type job struct {
	arrived       int64 // ns
	service       int64 // ns, for fixed service
	input, output int32 // tokens, for batched service
}

// queue is a first-in first-out ring of jobs that grows by doubling.
type queue struct {
	ring        []job
	head, count int
}

func (q *queue) len() int { return q.count }

func (q *queue) push(j job) {
	if q.count == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.count)&(len(q.ring)-1)] = j
	q.count++
}

func (q *queue) pop() job {
	j := q.ring[q.head]
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.count--
	return j
}

func (q *queue) grow() {
	bigger := make([]job, max(16, 2*len(q.ring))) // a power of two, for the mask
	n := copy(bigger, q.ring[q.head:])
	copy(bigger[n:], q.ring[:q.head])
	q.ring, q.head = bigger, 0
}
