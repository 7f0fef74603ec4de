package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// Retry is what a caller does when its request is refused or broken off: it
// sends it again after a pause that grows by Factor each time. The zero value never does.
type Retry struct {
	// Attempts is how often a request is sent again at the most.
	Attempts int
	// Backoff is the pause before the first repetition; MaxBackoff bounds the later ones, 0 does not.
	Backoff, MaxBackoff time.Duration
	// Factor is by how much each pause is longer than the one before; 0 means 2.
	Factor float64
	// Jitter is the share of each pause that is drawn at random: with 1 it is anything up to the whole pause.
	Jitter float64
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
	}
	return nil
}

// callers are those who have sent the requests inside: what they do when one is
// refused, broken off, or answered.
type callers struct {
	*recorder
	jobs
	retry Retry
	rng   *rand.Rand
	again heap[int32] // requests to be sent again, by time
}

func newCallers(rec *recorder, o Options) *callers {
	return &callers{recorder: rec, retry: o.Retry, rng: random.New(o.Seed, random.Retries, 0)}
}

// send lets a request enter the system and returns its number.
func (c *callers) send(r *workload.Request) int32 {
	c.enter(int64(r.At))
	return c.admit(r)
}

// refused is told of a request that a home has not taken, or has broken off.
func (c *callers) refused(now int64, id int32) {
	j := &c.slab[id]
	if int(j.attempt) < c.retry.Attempts {
		at := now + c.pause(int(j.attempt))
		if c.timeout == 0 || at-j.arrived <= c.timeout {
			j.attempt++
			j.instance = none
			j.run++
			c.out.Retries++
			c.again.push(at, id)
			return
		}
	}
	c.reject(j.arrived, now)
	c.forget(id)
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

// expired is told of a request that left without an answer because it took too long.
func (c *callers) expired(now int64, id int32) {
	c.timeOut(c.slab[id].arrived, now)
	c.forget(id)
}

// answered is told of a request that is done, and reports whether its caller was still there.
func (c *callers) answered(now int64, id int32) bool {
	ok := c.served(c.slab[id].arrived, now)
	c.forget(id)
	return ok
}
