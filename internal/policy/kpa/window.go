package kpa

import (
	"math"
	"time"
)

// window averages a metric over the last seconds, as TimedFloat64Buckets of
// knative/serving:pkg/autoscaler/aggregation does. Each second holds the sum of
// its samples. Total is kept by adding and subtracting in the same order as
// there: a sum made afresh would differ in the last bits.
type window struct {
	seconds     []float64 // a ring by the number of the second
	total       float64
	first, last int64 // the earliest and the latest second written since the window was empty
	written     bool
}

func newWindow(length time.Duration) window {
	return window{seconds: make([]float64, length/time.Second)}
}

// record adds a sample. Seconds without any in between count as zero, but only
// after a first sample, and a window without samples starts afresh.
func (w *window) record(second int64, value float64) {
	size := int64(len(w.seconds))
	switch gap := second - w.last; {
	case !w.written || gap >= size:
		clear(w.seconds)
		w.total, w.first, w.last, w.written = 0, second, second, true
	case gap > 0:
		for s := w.last + 1; s <= second; s++ {
			w.total -= w.seconds[s%size]
			w.seconds[s%size] = 0
		}
		w.last = second
	}
	w.seconds[w.last%size] += value
	w.total += value
}

// empty tells whether the latest sample is older than the window.
func (w *window) empty(second int64) bool {
	return !w.written || second-w.last > int64(len(w.seconds))
}

// average is the mean of the seconds from the first written one to the last,
// rounded to six digits: seconds since the last sample are not counted as zero
// but left out, so that a late sample does not look like less load.
func (w *window) average(second int64) float64 {
	size := int64(len(w.seconds))
	if !w.written || second-w.last >= size {
		return 0
	}
	total := w.total
	for s := w.last + 1; s <= second; s++ {
		total -= w.seconds[s%size] // older than the window by now
	}
	counted := min(w.last-w.first+1, size-(second-w.last))
	return math.Round(total/float64(counted)*1e6) / 1e6
}
