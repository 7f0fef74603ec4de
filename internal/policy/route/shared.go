package route

import (
	"sync"
	"time"
)

// Shared is a Dispatcher for many goroutines, as a gateway has. It also counts the
// requests in flight. A lock is held for the decision alone, because most routers
// remember the last one: a share of the turns, a hysteresis, a cap.
type Shared struct {
	mu       sync.Mutex
	dispatch *Dispatcher
	reported []int // requests in flight as the homes report them
	now      time.Duration
}

// NewShared returns a Shared that uses a Dispatcher, which must not be used otherwise from now on.
func NewShared(d *Dispatcher) *Shared {
	return &Shared{dispatch: d, reported: make([]int, len(d.views))}
}

// Observe takes in what a home reports of itself. InFlight counts if it is more
// than was sent from here, as others may send to the home as well; without a fresh
// report observe an InFlight and a Waiting of 0, lest an old one close the home.
func (s *Shared) Observe(home int, seen View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.dispatch.View(home) = seen
	s.reported[home] = seen.InFlight
}

// Send is Dispatcher.Send. A time before one that was seen already counts as that one:
// callers read the clock before they get their turn.
func (s *Shared) Send(now time.Duration, r Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = max(s.now, now)
	for i := range s.reported {
		s.dispatch.views[i].InFlight = max(s.reported[i], s.dispatch.homes[i].open)
	}
	return s.dispatch.Send(s.now, r)
}

// Served is Estimator.Served of a home.
func (s *Shared) Served(home int, service time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dispatch.homes[home].Served(service)
}

// Dropped is Estimator.Dropped of a home.
func (s *Shared) Dropped(home int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dispatch.homes[home].Dropped()
}

// Lost is Estimator.Lost of a home.
func (s *Shared) Lost(home int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dispatch.homes[home].Lost()
}
