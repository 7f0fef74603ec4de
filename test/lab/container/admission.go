package container

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// refusal is an answer of the proxy itself.
type refusal struct {
	status  int
	message string
}

// waiter is a request without an instance.
type waiter struct {
	instance chan *instance // holds one
	refused  chan *refusal  // holds one
}

// acquire finds an instance with a free place, or waits for one. Whoever gets one must release it.
func (r *revision) acquire(ctx context.Context) (*instance, *refusal) {
	s := r.service
	s.mu.Lock()
	if i := r.leastBusy(); i != nil {
		i.take()
		s.mu.Unlock()
		return i, nil
	}
	if len(r.queue) >= maxQueue {
		s.mu.Unlock()
		return nil, &refusal{http.StatusTooManyRequests, "Rate exceeded."}
	}
	me := &waiter{make(chan *instance, 1), make(chan *refusal, 1)}
	r.queue = append(r.queue, me)
	r.scale()
	patience := r.patience()
	s.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case i := <-me.instance:
		return i, nil
	case refused := <-me.refused:
		return nil, refused
	case <-timer.C:
		return r.leave(me, &refusal{http.StatusTooManyRequests, "Rate exceeded."})
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return r.leave(me, &refusal{http.StatusGatewayTimeout, "upstream request timeout"})
		}
		return r.leave(me, &refusal{http.StatusServiceUnavailable, "The caller is gone."})
	}
}

// patience is how long a request waits for an instance.
func (r *revision) patience() time.Duration {
	if r.service.config.QueueTimeout > 0 {
		return r.service.config.QueueTimeout
	}
	if r.starts == 0 {
		return queueTimeout
	}
	return max(queueTimeout, r.starting/time.Duration(r.starts)*7/2)
}

// leave takes a waiter off the queue, unless it has been served meanwhile.
func (r *revision) leave(me *waiter, because *refusal) (*instance, *refusal) {
	r.service.mu.Lock()
	defer r.service.mu.Unlock()
	select {
	case i := <-me.instance:
		return i, nil
	default:
	}
	r.queue = slices.DeleteFunc(r.queue, func(o *waiter) bool { return o == me })
	return nil, because
}

// release gives the place to the first that waits, or lets the instance idle.
func (r *revision) release(i *instance) {
	r.service.mu.Lock()
	defer r.service.mu.Unlock()
	i.active--
	i.used = time.Now()
	r.dispatch()
	r.holdIdle()
}

// dispatch gives free places to those who wait, first come, first served. The caller holds Service.mu, as of all below.
func (r *revision) dispatch() {
	for len(r.queue) > 0 {
		i := r.leastBusy()
		if i == nil {
			return
		}
		i.take()
		r.queue[0].instance <- i
		r.queue = r.queue[1:]
	}
}

// refuse answers all who wait.
func (r *revision) refuse(because *refusal) {
	for _, w := range r.queue {
		w.refused <- because
	}
	r.queue = nil
}

// leastBusy is the ready instance with the fewest requests that has a free place.
func (r *revision) leastBusy() *instance {
	var best *instance
	for i := range r.instances {
		if i.ready && i.active < r.spec.Concurrency && (best == nil || i.active < best.active) {
			best = i
		}
	}
	return best
}

// scale starts what those who wait need beyond what is starting already.
func (r *revision) scale() {
	if time.Now().Before(r.retry) {
		return // comes back by itself
	}
	starting := 0
	for i := range r.instances {
		if !i.ready && !i.ending {
			starting++
		}
	}
	need := (len(r.queue)+r.spec.Concurrency-1)/r.spec.Concurrency - starting
	for ; need > 0 && len(r.instances) < r.spec.MaxInstances; need-- {
		if r.start() == nil {
			return
		}
	}
}
