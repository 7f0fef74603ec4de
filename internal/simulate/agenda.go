package simulate

// The most events that stand in a sorted array, and the number at which they go back there from the heap.
const (
	nearMost = 32
	nearBack = 16
)

// agenda is the events of a home by time, and those of one time in the order in
// which they were pushed. Up to nearMost stand in a sorted array, which is faster than a heap at this size: what
// leaves is at its end, and what comes is put in its place by one short loop. More of them stand in a heap.
type agenda struct {
	soonest int64 // the least key, or never
	count   int   // in the array
	// keys and values fall by key from place 1, so that the soonest is the last; at place 0 is the key never.
	keys   [nearMost + 1]int64
	values [nearMost + 1]event
	heap   heap[event] // holds all events or none
}

func newAgenda() agenda {
	a := agenda{soonest: never}
	a.keys[0] = never
	return a
}

// min returns the least key, or never.
func (a *agenda) min() int64 { return a.soonest }

// push adds an event, at a key below never.
func (a *agenda) push(key int64, value event) {
	if a.count == nearMost || a.heap.len() > 0 {
		a.pushHeap(key, value)
		return
	}
	a.count++
	i := a.count
	for ; a.keys[i-1] <= key; i-- {
		a.keys[i], a.values[i] = a.keys[i-1], a.values[i-1]
	}
	a.keys[i], a.values[i] = key, value
	a.soonest = a.keys[a.count]
}

// pushHeap adds to the heap, to which it first moves what is in the array, the soonest first.
func (a *agenda) pushHeap(key int64, value event) {
	for ; a.count > 0; a.count-- {
		a.heap.push(a.keys[a.count], a.values[a.count])
	}
	a.heap.push(key, value)
	a.soonest = a.heap.min()
}

// pop removes and returns the event with the least key. There must be one.
func (a *agenda) pop() event {
	n := a.count
	if n == 0 {
		return a.popHeap()
	}
	a.count = n - 1
	a.soonest = a.keys[n-1]
	return a.values[n]
}

// popHeap takes from the heap, and moves the rest to the array if that is few.
func (a *agenda) popHeap() event {
	value := a.heap.pop()
	a.soonest = a.heap.min()
	if a.heap.len() == nearBack {
		a.count = nearBack
		for i := a.count; i > 0; i-- {
			a.keys[i] = a.heap.min()
			a.values[i] = a.heap.pop()
		}
		a.heap.clear()
	}
	return value
}
