package workload

// requestQueue is requests in order, first in, first out.
type requestQueue struct {
	requests []Request
	first    int
}

func (q *requestQueue) len() int       { return len(q.requests) - q.first }
func (q *requestQueue) head() *Request { return &q.requests[q.first] }

func (q *requestQueue) push(r Request) {
	// Instead of growing, move to the front what is left, when that is at most half.
	if len(q.requests) == cap(q.requests) && q.first > len(q.requests)/2 {
		q.requests = q.requests[:copy(q.requests, q.requests[q.first:])]
		q.first = 0
	}
	q.requests = append(q.requests, r)
}

func (q *requestQueue) pop() Request {
	r := q.requests[q.first]
	q.first++
	return r
}

// requestHeap is a binary heap with the earliest request on top.
type requestHeap []Request

func (h *requestHeap) push(q Request) {
	*h = append(*h, q)
	a := *h
	i := len(a) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if a[parent].At <= q.At {
			break
		}
		a[i] = a[parent]
		i = parent
	}
	a[i] = q
}

func (h *requestHeap) pop() Request {
	a := *h
	top, last := a[0], a[len(a)-1]
	a = a[:len(a)-1]
	*h = a
	if len(a) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(a) {
			break
		}
		if child+1 < len(a) && a[child+1].At < a[child].At {
			child++
		}
		if a[child].At >= last.At {
			break
		}
		a[i] = a[child]
		i = child
	}
	a[i] = last
	return top
}
