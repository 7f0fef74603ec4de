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
	keys    [nearMost]int64
	values  [nearMost]event // falling by key, so that the soonest is the last
	heap    heap[event]     // holds all events or none
}

func newAgenda() agenda { return agenda{soonest: never} }

// min returns the least key, or never.
func (a *agenda) min() int64 { return a.soonest }

func (a *agenda) push(key int64, value event) {
	if a.count == nearMost || a.heap.len() > 0 {
		a.pushHeap(key, value)
		return
	}
	i := a.count
	a.count++
	for ; i > 0 && a.keys[i-1] <= key; i-- {
		a.keys[i], a.values[i] = a.keys[i-1], a.values[i-1]
	}
	a.keys[i], a.values[i] = key, value
	a.soonest = a.keys[a.count-1]
}

// pushHeap adds to the heap, to which it first moves what is in the array, the soonest first.
func (a *agenda) pushHeap(key int64, value event) {
	for ; a.count > 0; a.count-- {
		a.heap.push(a.keys[a.count-1], a.values[a.count-1])
	}
	a.heap.push(key, value)
	a.soonest = a.heap.min()
}

// pop removes and returns the event with the least key. There must be one.
func (a *agenda) pop() event {
	if a.count == 0 {
		return a.popHeap()
	}
	a.count--
	a.soonest = never
	if a.count > 0 {
		a.soonest = a.keys[a.count-1]
	}
	return a.values[a.count]
}

// popHeap takes from the heap, and moves the rest to the array if that is few.
func (a *agenda) popHeap() event {
	value := a.heap.pop()
	a.soonest = a.heap.min()
	if a.heap.len() == nearBack {
		a.count = nearBack
		for i := a.count - 1; i >= 0; i-- {
			a.keys[i] = a.heap.min()
			a.values[i] = a.heap.pop()
		}
		a.heap.clear()
	}
	return value
}
