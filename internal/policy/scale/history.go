package scale

import "slices"

// History remembers the last values of a sequence, none of them below 0.
type History struct {
	values []float64 // a ring
	next   int       // where the next value goes
	count  int       // values that are there
}

// NewHistory returns an empty history of so many values, at least 1.
func NewHistory(size int) History { return History{values: make([]float64, size)} }

// Add remembers a value in the place of the oldest.
func (h *History) Add(x float64) {
	h.values[h.next] = x
	h.next = (h.next + 1) % len(h.values)
	h.count = min(h.count+1, len(h.values))
}

// Ago returns the value that came i values before the newest one, if it is remembered.
func (h *History) Ago(i int) (x float64, known bool) {
	if i >= h.count {
		return 0, false
	}
	return h.values[(h.next-1-i+len(h.values))%len(h.values)], true
}

// Mean returns the mean of what is remembered; 0 of nothing.
func (h *History) Mean() float64 {
	sum := 0.0
	for i := range h.count {
		sum += h.values[i]
	}
	return sum / float64(max(h.count, 1))
}

// Max returns the largest value that is remembered; 0 of nothing.
func (h *History) Max() float64 { return slices.Max(h.values) }
