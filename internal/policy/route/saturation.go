package route

import (
	"fmt"
	"math"
	"time"
)

// Signal is what saturation of a home is judged by.
type Signal int

// The signals, with the unit of their thresholds.
const (
	InFlightShare Signal = iota // requests inside per ready slot
	InFlightCount               // requests inside
	QueueLength                 // requests without a slot
	PredictedWait               // seconds: waiting requests x mean service time / ready slots
)

// value reads the signal. An empty home is never saturated, even if it has
// no slot: its first request wakes it. One with requests and no slot has no
// bound on its share or wait.
func (s Signal) value(h *View) float64 {
	switch s {
	case InFlightShare:
		return perSlot(float64(h.InFlight), h)
	case PredictedWait:
		return perSlot(float64(h.Waiting)*h.Service.Seconds(), h)
	case QueueLength:
		return float64(h.Waiting)
	default:
		return float64(h.InFlight)
	}
}

func perSlot(amount float64, h *View) float64 {
	switch {
	case h.Slots > 0:
		return amount / float64(h.Slots)
	case h.InFlight > 0:
		return math.Inf(1)
	default:
		return 0
	}
}

// Saturation says when a home counts as saturated, with hysteresis: it begins
// at Enter or more, ends at Leave or less, and no state is left before MinTime,
// so that one jittery reading does not flap.
type Saturation struct {
	Signal Signal
	// Enter and Leave are in the signal's unit; 0 <= Leave < Enter.
	Enter, Leave float64
	// MinTime is the least time between two changes; 0 for none.
	MinTime time.Duration
}

func (s Saturation) check() error {
	switch {
	case s.Signal < InFlightShare || s.Signal > PredictedWait:
		return fmt.Errorf("signal %d: expected InFlightShare, InFlightCount, QueueLength or PredictedWait", s.Signal)
	case !(s.Leave >= 0 && s.Leave < s.Enter) || math.IsInf(s.Enter, 1):
		return fmt.Errorf("saturation begins at %g and ends at %g: expected 0 <= end < begin", s.Enter, s.Leave)
	case s.MinTime < 0:
		return fmt.Errorf("least time in a state %v: expected 0 or more", s.MinTime)
	}
	return nil
}

// saturationState is what a Saturation remembers. The zero value is a home that is
// not saturated and may change at once.
type saturationState struct {
	saturated bool
	settled   time.Duration // no change before
}

// observe updates the state and returns whether the home is saturated.
func (st *saturationState) observe(s *Saturation, now time.Duration, h *View) bool {
	if now < st.settled {
		return st.saturated
	}
	value := s.Signal.value(h)
	if st.saturated && value <= s.Leave || !st.saturated && value >= s.Enter {
		st.saturated = !st.saturated
		st.settled = now + s.MinTime
	}
	return st.saturated
}
