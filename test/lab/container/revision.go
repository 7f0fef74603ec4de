package container

import (
	"net/http"
	"time"
)

// restart is the pause after a start that failed; it doubles up to a minute.
const restart = time.Second

// revision is a deployed Revision with its instances. Service.mu guards it.
type revision struct {
	service   *Service
	name      string
	spec      Revision
	instances map[*instance]struct{}
	queue     []*waiter
	starts    int           // that succeeded
	starting  time.Duration // of all of them
	failures  int           // starts in a row that failed
	retry     time.Time     // not before, after a failure
}

// start begins an instance in the background; nil if the service is closed.
func (r *revision) start() *instance {
	if r.service.closed {
		return nil
	}
	i := &instance{revision: r, begun: time.Now(), settled: make(chan struct{})}
	r.instances[i] = struct{}{}
	r.service.work.Go(func() { i.live() })
	return i
}

// started makes an instance ready, or says why it is not.
func (r *revision) started(i *instance, fault error) {
	r.service.mu.Lock()
	defer r.service.mu.Unlock()
	i.fault = fault
	close(i.settled)
	if fault != nil {
		r.failures++
		return
	}
	r.failures = 0
	r.starts++
	r.starting += time.Since(i.begun)
	i.ready, i.used = true, time.Now()
	r.dispatch()
	r.holdIdle()
}

// ended forgets an instance, and replaces it if it is missed.
func (r *revision) ended(i *instance) {
	r.service.mu.Lock()
	defer r.service.mu.Unlock()
	delete(r.instances, i)
	if i.expiry != nil {
		i.expiry.Stop()
	}
	if r.service.closed {
		return
	}
	if i.fault != nil && len(r.instances) == 0 {
		r.refuse(&refusal{http.StatusServiceUnavailable, "The request failed because the instance could not start successfully."})
	}
	if i.fault != nil {
		pause := min(restart<<min(r.failures-1, 6), time.Minute)
		r.retry = time.Now().Add(pause)
		time.AfterFunc(pause, func() {
			r.service.mu.Lock()
			defer r.service.mu.Unlock()
			r.keepMinimum()
			r.scale()
		})
		return
	}
	r.keepMinimum()
	r.scale()
}

// keepMinimum starts what is missing of the minimum.
func (r *revision) keepMinimum() {
	if time.Now().Before(r.retry) {
		return
	}
	for n := r.minimum() - r.lasting(); n > 0 && r.start() != nil; n-- {
	}
}

// lasting is the number of instances that are not on their way out.
func (r *revision) lasting() int {
	n := 0
	for i := range r.instances {
		if !i.ending {
			n++
		}
	}
	return n
}

// holdIdle has every instance without a request end after the hold, counted from its last request.
func (r *revision) holdIdle() {
	for i := range r.instances {
		if !i.ready || i.active > 0 || i.expiry != nil {
			continue
		}
		i.expiry = time.AfterFunc(time.Until(i.used.Add(r.spec.IdleHold)), func() { r.expire(i) })
	}
}

// expire ends an instance whose hold is over. One that was used since, or that the minimum needs, stays.
func (r *revision) expire(i *instance) {
	r.service.mu.Lock()
	defer r.service.mu.Unlock()
	i.expiry = nil
	switch {
	case !i.ready || i.active > 0 || r.service.closed:
	case time.Since(i.used) < r.spec.IdleHold:
		r.holdIdle()
	case r.lasting() > r.minimum():
		i.ready, i.ending = false, true
		r.service.work.Go(i.stop)
	}
}
