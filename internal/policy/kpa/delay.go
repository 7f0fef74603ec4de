package kpa

import "time"

// delay is the largest number of pods wanted over the scale-down delay, in
// slots of one tick (knative/serving:pkg/autoscaler/aggregation/max). It keeps
// only what can still be the largest: each entry is later and lower than the one before.
type delay struct {
	ring          []want
	first, length int
}

type want struct {
	slot int64 // number of the tick
	pods int
}

// newDelay makes room for a delay of a span; one of 0 is never asked.
func newDelay(span time.Duration) delay {
	return delay{ring: make([]want, (span+Tick-1)/Tick)}
}

// hold records what is wanted now and returns the largest of the window.
func (d *delay) hold(now time.Duration, pods int) int {
	slot := int64(now / Tick)
	for d.length > 0 && d.at(d.length-1).pods <= pods {
		d.length--
	}
	for d.length > 0 && slot-d.at(0).slot >= int64(len(d.ring)) {
		d.first = (d.first + 1) % len(d.ring)
		d.length--
	}
	if d.length == 0 || d.at(d.length-1).slot != slot {
		*d.at(d.length) = want{slot, pods}
		d.length++
	}
	return d.at(0).pods
}

func (d *delay) at(i int) *want {
	return &d.ring[(d.first+i)%len(d.ring)]
}
