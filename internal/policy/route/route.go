package route

import (
	"fmt"
	"time"
)

// Refuse is the answer of a Router that sends a request to no home.
const Refuse = -1

// View is what a Router sees of a home when a request arrives.
type View struct {
	InFlight int           // requests inside, waiting ones included
	Waiting  int           // of those, the ones without a slot
	Slots    int           // slots of ready instances
	Starting int           // slots of instances that are starting
	Service  time.Duration // recent mean service time of a request, of an Estimator
	Spend    float64       // USD that the requests sent here have cost so far, of an Estimator
}

// free says whether a request that is sent here gets a slot at once.
func (h *View) free() bool { return h.InFlight < h.Slots }

// Router chooses a home for a request that arrives at time now since the start:
// its index in homes, or Refuse. A Dispatcher asks it. Calls come in order of time, always with the
// same homes in the same order, at least one. A Router allocates nothing, takes
// time in proportion to the homes, and belongs to one goroutine.
type Router interface {
	Route(now time.Duration, r Request, homes []View) int
}

// Single sends every request to one home.
type Single struct{ home int }

// NewSingle returns a Router to one of a number of homes. The error says that
// there is no such home.
func NewSingle(home, homes int) (*Single, error) {
	if err := checkHome(home, homes); err != nil {
		return nil, err
	}
	return &Single{home}, nil
}

// Route returns the home.
func (s *Single) Route(time.Duration, Request, []View) int { return s.home }

func checkHome(home, homes int) error {
	if home < 0 || home >= homes {
		return fmt.Errorf("home %d: expected one of 0 to %d", home, homes-1)
	}
	return nil
}
