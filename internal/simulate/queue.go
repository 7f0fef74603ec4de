package simulate

// queue is a first-in first-out ring of job numbers that grows by doubling.
type queue struct {
	ring        []int32
	head, count int
}

func (q *queue) len() int { return q.count }

func (q *queue) push(id int32) {
	if q.count == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.count)&(len(q.ring)-1)] = id
	q.count++
}

func (q *queue) pop() int32 {
	id := q.ring[q.head]
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.count--
	return id
}

// at returns the i-th from the front.
func (q *queue) at(i int) int32 { return q.ring[(q.head+i)&(len(q.ring)-1)] }

func (q *queue) clear() { q.head, q.count = 0, 0 }

func (q *queue) grow() {
	bigger := make([]int32, max(16, 2*len(q.ring))) // a power of two, for the mask
	n := copy(bigger, q.ring[q.head:])
	copy(bigger[n:], q.ring[:q.head])
	q.ring, q.head = bigger, 0
}
