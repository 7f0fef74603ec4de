package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// The orders in which requests that wait are taken.
const (
	QueueByArrival  = "arrival"
	QueueByPriority = "priority"
)

// Callers is what those who send the requests do when an answer does not come. How long they wait is constraints.timeout.
type Callers struct {
	// Cancel says that a caller who leaves takes its request away: out of the queue, or out of its replica, whose place is free
	// then. Functions run on, and bill, what has begun. Default: false: the work is done and paid for all the same.
	Cancel bool `json:"cancel,omitempty"`
	// AttemptTimeout is how long a caller waits for the answer to one attempt before it sends the request again, or, when it may not, gives
	// up; without cancel the old attempt runs on. Default: as long as the caller waits.
	AttemptTimeout unit.Duration `json:"attemptTimeout,omitempty" check:"gt=0"`
	// Retry sends requests again that were refused, broken off, or not answered within attemptTimeout. Default: never.
	Retry *Retry `json:"retry,omitempty"`
}

// Retry is how requests are sent again. Its defaults are those of the AWS SDKs (aws/aws-sdk-go-v2:aws/retry/standard.go).
type Retry struct {
	// Attempts is how often a request is sent again at the most. Default: 2.
	Attempts *int `json:"attempts,omitempty" check:"lte=100"`
	// Backoff is the pause before the first repetition. Default: 1s.
	Backoff *unit.Duration `json:"backoff,omitempty"`
	// MaxBackoff is the longest pause. Default: 20s.
	MaxBackoff unit.Duration `json:"maxBackoff,omitempty" check:"gt=0"`
	// Factor is by how much each pause is longer than the one before. Default: 2.
	Factor float64 `json:"factor,omitempty" check:"gte=1,lte=10"`
	// Jitter is the share of each pause that is drawn at random. Default: 100%.
	Jitter *unit.Share `json:"jitter,omitempty"`
	// Budget bounds the repetitions to this share of the requests, beside a burst of 100 that it refills. Default: no bound.
	Budget unit.Share `json:"budget,omitempty" check:"gt=0"`
}
