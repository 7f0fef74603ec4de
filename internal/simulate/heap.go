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
	keys, values := h.keys, h.values
	i := len(keys) - 1
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
func (h *heap[T]) pop() T {
	top := h.values[0]
	n := len(h.keys) - 1
	key, value := h.keys[n], h.values[n]
	h.keys, h.values = h.keys[:n], h.values[:n]
	keys, values := h.keys, h.values
	i := 0
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if right := child + 1; right < n && keys[right] < keys[child] {
			child = right
		}
		if keys[child] >= key {
			break
		}
		keys[i], values[i] = keys[child], values[child]
		i = child
	}
	if n > 0 {
		keys[i], values[i] = key, value
	}
	return top
}
