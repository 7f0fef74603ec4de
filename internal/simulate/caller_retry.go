package simulate

import (
	"fmt"
	"math"
	"time"
)

// Retry is what a caller does when its request is refused or broken off, or an attempt has had no answer in
// time: it sends it again after a pause that grows by Factor each time. The zero value never does.
type Retry struct {
	// Attempts is how often a request is sent again at the most.
	Attempts int
	// Backoff is the pause before the first repetition; MaxBackoff bounds the later ones, 0 does not.
	Backoff, MaxBackoff time.Duration
	// Factor is by how much each pause is longer than the one before; 0 means 2.
	Factor float64
	// Jitter is the share of each pause that is drawn at random: with 1 it is anything up to the whole pause.
	Jitter float64
	// AttemptTimeout is how long the caller waits for the answer to one attempt before it gives that up and
	// sends the request again, or times out when it may not; 0 is for ever. The old attempt is cancelled with Options.Cancel;
	// else it goes on, takes its place and is paid for, but its answer reaches nobody.
	AttemptTimeout time.Duration
	// Budget bounds the repetitions of all callers together to this share of the requests, with the burst of
	// retryBurst; 0 does not.
	Budget float64
}

const maxAttempts = 100

func (r Retry) check() error {
	switch {
	case r.Attempts < 0 || r.Attempts > maxAttempts:
		return fmt.Errorf("expected 0 to %d retries, got %d", maxAttempts, r.Attempts)
	case r.Backoff < 0 || r.MaxBackoff < 0:
		return fmt.Errorf("expected pauses before a retry of at least 0, got %v and %v", r.Backoff, r.MaxBackoff)
	case r.Factor != 0 && !(r.Factor >= 1 && r.Factor <= 10):
		return fmt.Errorf("expected pauses that grow by a factor from 1 to 10, got %g", r.Factor)
	case !(r.Jitter >= 0 && r.Jitter <= 1):
		return fmt.Errorf("expected a jitter from 0 to 1, got %g", r.Jitter)
	case r.AttemptTimeout < 0:
		return fmt.Errorf("expected a time-out of an attempt of at least 0, got %v", r.AttemptTimeout)
	case !(r.Budget >= 0 && r.Budget <= 1):
		return fmt.Errorf("expected a retry budget from 0 to 1, got %g", r.Budget)
	}
	return nil
}

// retryAt returns when a request is sent again that has just failed; false when it is not.
func (c *callers) retryAt(now int64, j *job) (int64, bool) {
	if int(j.attempt) >= c.retry.Attempts {
		return 0, false
	}
	at := now + c.pause(int(j.attempt))
	if c.timeout > 0 && at-j.arrived > c.timeout {
		return 0, false
	}
	return at, c.retry.Budget == 0 || c.budget.take(c.out.Arrivals)
}

// pause is the time before the next attempt, in nanoseconds.
func (c *callers) pause(attempt int) int64 {
	factor := c.retry.Factor
	if factor == 0 {
		factor = 2
	}
	pause := float64(c.retry.Backoff) * math.Pow(factor, float64(attempt))
	if limit := float64(c.retry.MaxBackoff); limit > 0 {
		pause = min(pause, limit)
	}
	if c.retry.Jitter > 0 {
		pause -= pause * c.retry.Jitter * c.rng.Float64()
	}
	return int64(min(pause, math.MaxInt64/4))
}

// retryBurst is how many retries a budget holds at the most, and at the start: the AWS SDKs' bucket of 500
// with 5 for a retry (aws/aws-sdk-go-v2:aws/retry/standard.go).
const retryBurst = 100

// budget is a token bucket: each request adds a share of a retry, as in gRPC (grpc/proposal:A6-client-retries.md), Envoy's
// retry_budget and the AWS SDKs.
type budget struct {
	share    float64
	tokens   float64
	arrivals int64 // that have added theirs
}

func newBudget(share float64) budget { return budget{share: share, tokens: retryBurst} }

// take uses one retry, if there is one.
func (b *budget) take(arrivals int64) bool {
	b.tokens = min(retryBurst, b.tokens+b.share*float64(arrivals-b.arrivals))
	b.arrivals = arrivals
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
