package simulate

import "math"

// never is later than every event.
const never = math.MaxInt64

// heap is a binary min-heap of values by an integer key. Keys stand in a slice
// of their own, which keeps the comparisons within a few cache lines. It allocates only to grow.
type heap[T any] struct {
	keys   []int64
	values []T
}

func (h *heap[T]) len() int { return len(h.keys) }

// min returns the least key, or never.
func (h *heap[T]) min() int64 {
	if len(h.keys) == 0 {
		return never
	}
	return h.keys[0]
}

func (h *heap[T]) clear() {
	h.keys, h.values = h.keys[:0], h.values[:0]
}

func (h *heap[T]) push(key int64, value T) {
	h.keys, h.values = append(h.keys, key), append(h.values, value)
	h.up(len(h.keys)-1, key, value)
}

// up puts a value at i or at the ancestor of i where it belongs.
func (h *heap[T]) up(i int, key int64, value T) {
	keys, values := h.keys, h.values
	for i > 0 {
		parent := (i - 1) / 2
		if keys[parent] <= key {
			break
		}
		keys[i], values[i] = keys[parent], values[parent]
		i = parent
	}
	keys[i], values[i] = key, value
}

// pop removes and returns the value of the least key. The heap must not be empty.
//
// The hole at the top goes down to a leaf along the lesser children, and the
// last value fills it from below: it comes from a leaf and seldom rises. Which
// child is less is chance, so that a branch on it would be mispredicted half of
// the time; it is chosen by arithmetic instead.
func (h *heap[T]) pop() T {
	top := h.values[0]
	n := len(h.keys) - 1
	keys, values := h.keys[:n+1], h.values[:n+1]
	i := 0
	for child := 1; child < n; child = 2*i + 1 { // child+1 <= n, whose key is still there
		// The sign bit of the difference: keys are times from 0 on, so that it cannot overflow.
		child += int(uint64(keys[child+1]-keys[child]) >> 63)
		keys[i], values[i] = keys[child], values[child]
		i = child
	}
	key, value := keys[n], values[n]
	h.keys, h.values = keys[:n], values[:n]
	if i < n {
		h.up(i, key, value)
	}
	return top
}
