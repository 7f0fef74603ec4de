package platform

import (
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// Queue is what waits before the replicas of a cluster. The zero value is without bounds.
type Queue struct {
	// Bounded says that Length is the most that may wait; more are refused.
	Bounded bool
	Length  int
	// Timeout is how long a request may wait before it times out; 0 is for ever.
	Timeout time.Duration
}

func queue(c v1alpha1.ClusterHome) Queue {
	q := Queue{Timeout: c.QueueTimeout.Std()}
	if c.QueueLength != nil {
		q.Bounded, q.Length = true, *c.QueueLength
	}
	return q
}
