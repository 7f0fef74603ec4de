package route

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

const dayLength = 24 * time.Hour

// Shift says which home takes the requests from a time of the day on, until the next shift.
type Shift struct {
	From time.Duration // since midnight
	Home int
}

// ByTimeOfDay sends requests to the home whose shift it is. The last shift of
// a day lasts until the first one of the next.
type ByTimeOfDay struct {
	shifts []Shift
	origin time.Duration // time of the day at the start
}

// NewByTimeOfDay returns a Router over a number of homes. Times of the day are
// those of start's zone, at its offset at the start: there is no daylight
// saving. The error says which shift is out of order, out of the day, or for no home.
func NewByTimeOfDay(start time.Time, homes int, shifts []Shift) (*ByTimeOfDay, error) {
	if len(shifts) == 0 {
		return nil, errors.New("no shifts: expected at least one")
	}
	for i, s := range shifts {
		if s.From < 0 || s.From >= dayLength {
			return nil, fmt.Errorf("shift %d begins at %v: expected a time of the day, from 0 to below 24 h", i, s.From)
		}
		if i > 0 && s.From <= shifts[i-1].From {
			return nil, fmt.Errorf("shift %d begins at %v, not after the one before: expected rising times", i, s.From)
		}
		if err := checkHome(s.Home, homes); err != nil {
			return nil, fmt.Errorf("shift %d: %w", i, err)
		}
	}
	return &ByTimeOfDay{append([]Shift(nil), shifts...), scale.TimeOfDay(start)}, nil
}

// Route returns the home of the shift.
func (b *ByTimeOfDay) Route(now time.Duration, _ Request, _ []View) int {
	clock := (b.origin + now) % dayLength
	home := b.shifts[len(b.shifts)-1].Home
	for i := range b.shifts {
		if b.shifts[i].From > clock {
			break
		}
		home = b.shifts[i].Home
	}
	return home
}
