package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// The orders in which waiting requests are taken.
const (
	QueueByArrival  = "arrival"
	QueueByPriority = "priority"
)

// Callers is what callers do when no answer comes. How long they wait is constraints.timeout.
type Callers struct {
	// Cancel says that a caller who leaves cancels its request: it leaves the queue, or its replica, whose place is free
	// then. Functions run on, and bill. Default: false, the request is still processed and paid for.
	Cancel bool `json:"cancel,omitempty"`
	// AttemptTimeout is how long a caller waits for the answer to one attempt before it sends the request again or, if it may not, gives
	// up; without cancel the old attempt runs on. Default: as long as the caller waits.
	AttemptTimeout unit.Duration `json:"attemptTimeout,omitempty" check:"gt=0"`
	// Retry sends requests again that were refused, interrupted, or not answered within attemptTimeout. Default: never.
	Retry *Retry `json:"retry,omitempty"`
}

// Retry is how requests are sent again. Its defaults are those of the AWS SDKs (aws/aws-sdk-go-v2:aws/retry/standard.go).
type Retry struct {
	// Attempts is the maximum number of retries of a request. Default: 2.
	Attempts *int `json:"attempts,omitempty" check:"lte=100"`
	// Backoff is the pause before the first retry. Default: 1s.
	Backoff *unit.Duration `json:"backoff,omitempty"`
	// MaxBackoff is the longest pause. Default: 20s.
	MaxBackoff unit.Duration `json:"maxBackoff,omitempty" check:"gt=0"`
	// Factor multiplies each pause to give the next. Default: 2.
	Factor float64 `json:"factor,omitempty" check:"gte=1,lte=10"`
	// Jitter is the share of each pause that is drawn at random. Default: 100%.
	Jitter *unit.Share `json:"jitter,omitempty"`
	// Budget limits the retries to this share of the requests, plus a burst of 100 that it refills. Default: no limit.
	Budget unit.Share `json:"budget,omitempty" check:"gt=0"`
}
