package simulate

import (
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// callers are those who have sent the requests inside: what they do when one is
// refused, broken off, answered, or not answered in time.
type callers struct {
	*recorder
	jobs
	retry     Retry
	budget    budget
	cancel    bool
	rng       *rand.Rand
	again     heap[int32] // requests to be sent again, by time
	impatient bool        // somebody has one of the deadlines below
	deadlines deadlines   // of requests that are cancelled
	attempts  deadlines   // of single attempts
}

func newCallers(rec *recorder, o Options) *callers {
	c := &callers{
		recorder: rec, retry: o.Retry, budget: newBudget(o.Retry.Budget), cancel: o.Cancel,
		rng:      random.New(o.Seed, random.Retries, 0),
		attempts: newDeadlines(int64(o.Retry.AttemptTimeout)), deadlines: newDeadlines(0),
	}
	if o.Cancel {
		c.deadlines.after = int64(o.Timeout)
	}
	c.impatient = c.deadlines.after > 0 || c.attempts.after > 0
	return c
}

// next returns when a caller next does something, or never.
func (c *callers) next() int64 {
	if c.impatient {
		return c.nextDeadline()
	}
	return c.again.min()
}

func (c *callers) nextDeadline() int64 {
	return min(c.again.min(), c.attempts.min(), c.deadlines.min())
}

// send lets a request enter the system and returns its number.
func (c *callers) send(r *workload.Request) int32 {
	id := c.admit(r)
	c.enter(&c.slab[id])
	c.deadlines.join(id, int64(r.At))
	return id
}

// refused is told of a request that a home has not taken, or has broken off.
func (c *callers) refused(now int64, id int32) {
	j := &c.slab[id]
	if j.gone {
		c.forget(id)
		return
	}
	c.attempts.leave(id)
	if at, ok := c.retryAt(now, j); ok {
		j.attempt++
		j.instance = none
		j.run++
		c.out.Retries++
		c.again.push(at, id)
		return
	}
	c.reject(j, now)
	c.forget(id)
}

// expired is told of a request that left without an answer because it took too long.
func (c *callers) expired(now int64, id int32) {
	if j := &c.slab[id]; !j.gone {
		c.timeOut(j, now)
	}
	c.forget(id)
}

// forget takes back the number of a request that has left.
func (c *callers) forget(id int32) {
	if c.impatient {
		c.forgetDeadlines(id)
	}
	c.jobs.forget(id)
}

func (c *callers) forgetDeadlines(id int32) {
	c.attempts.leave(id)
	c.deadlines.leave(id)
}
