package policy

import "time"

// kpaDelay is the largest number of pods wanted over the scale-down delay, in
// slots of one tick (knative/serving:pkg/autoscaler/aggregation/max). It keeps
// only what can still be the largest: each entry is later and lower than the one before.
type kpaDelay struct {
	ring          []kpaWant
	first, length int
}

type kpaWant struct {
	slot int64 // number of the tick
	pods int
}

// newKPADelay makes room for a delay; one of 0 is never asked.
func newKPADelay(delay time.Duration) kpaDelay {
	return kpaDelay{ring: make([]kpaWant, (delay+KPATick-1)/KPATick)}
}

// hold records what is wanted now and returns the largest of the window.
func (d *kpaDelay) hold(now time.Duration, pods int) int {
	slot := int64(now / KPATick)
	for d.length > 0 && d.at(d.length-1).pods <= pods {
		d.length--
	}
	for d.length > 0 && slot-d.at(0).slot >= int64(len(d.ring)) {
		d.first = (d.first + 1) % len(d.ring)
		d.length--
	}
	if d.length == 0 || d.at(d.length-1).slot != slot {
		*d.at(d.length) = kpaWant{slot, pods}
		d.length++
	}
	return d.at(0).pods
}

func (d *kpaDelay) at(i int) *kpaWant {
	return &d.ring[(d.first+i)%len(d.ring)]
}
