package simulate

import (
	"math"
	"math/bits"
)

// never is later than every event.
const never = math.MaxInt64

// heap is a binary min-heap of values by an integer key; of equal keys the
// first pushed is the least. Keys stand in a slice of their own, which keeps the comparisons
// within a few cache lines. It allocates only to grow.
type heap[T any] struct {
	ranks  []rank
	values []T
	pushed uint64
}

// rank is what a heap compares: keys, then the order in which they were pushed.
type rank struct {
	key   uint64 // with the sign bit turned round, so that negative ones come first
	order uint64
}

const signBit = 1 << 63

func (r rank) int64() int64 { return int64(r.key ^ signBit) }

// less is 1 if r comes before s, else 0. It has no branch: which of two children is less is
// chance, and a branch on it would be mispredicted half of the time.
func (r rank) less(s rank) int {
	_, borrow := bits.Sub64(r.order, s.order, 0)
	_, borrow = bits.Sub64(r.key, s.key, borrow)
	return int(borrow)
}

func (h *heap[T]) len() int { return len(h.ranks) }

// min returns the least key, or never.
func (h *heap[T]) min() int64 {
	if len(h.ranks) == 0 {
		return never
	}
	return h.ranks[0].int64()
}

func (h *heap[T]) clear() {
	h.ranks, h.values, h.pushed = h.ranks[:0], h.values[:0], 0
}

func (h *heap[T]) push(key int64, value T) {
	r := rank{uint64(key) ^ signBit, h.pushed}
	h.pushed++
	h.ranks, h.values = append(h.ranks, r), append(h.values, value)
	h.up(len(h.ranks)-1, r, value)
}

// up puts a value at i or at the ancestor of i where it belongs.
func (h *heap[T]) up(i int, r rank, value T) {
	ranks, values := h.ranks, h.values
	for i > 0 {
		parent := (i - 1) / 2
		if r.less(ranks[parent]) == 0 {
			break
		}
		ranks[i], values[i] = ranks[parent], values[parent]
		i = parent
	}
	ranks[i], values[i] = r, value
}

// pop removes and returns the value of the least key. The heap must not be empty.
//
// The hole at the top goes down to a leaf along the lesser children, and the
// last value fills it from below: it comes from a leaf and seldom rises.
func (h *heap[T]) pop() T {
	top := h.values[0]
	n := len(h.ranks) - 1
	ranks, values := h.ranks[:n+1], h.values[:n+1]
	i := 0
	for child := 1; child < n; child = 2*i + 1 { // child+1 <= n, whose rank is still there
		child += ranks[child+1].less(ranks[child])
		ranks[i], values[i] = ranks[child], values[child]
		i = child
	}
	r, value := ranks[n], values[n]
	h.ranks, h.values = ranks[:n], values[:n]
	if i < n {
		h.up(i, r, value)
	}
	return top
}
