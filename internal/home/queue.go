package home

import "time"

// Queue is what waits before the replicas of a cluster. The zero value is without bounds.
type Queue struct {
	// Bounded says that Length is the most that may wait; more are refused.
	Bounded bool
	Length  int
	// Timeout is how long a request may wait before it times out; 0 is for ever.
	Timeout time.Duration
}
