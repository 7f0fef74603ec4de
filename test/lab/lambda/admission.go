package lambda

import (
	"slices"
	"time"
)

var errClosed = &apiError{status: 503, code: "ServiceException", message: "The host is closing."}

// unreserved is the concurrency that functions without a reservation share. The caller holds h.mu.
func (h *Host) unreserved() int {
	n := h.config.Concurrency
	for _, f := range h.functions {
		n -= f.setAside()
	}
	return n
}

// setAside is what a function keeps from all others: its reservation, which holds its provisioned environments too, or
// else those alone.
func (f *function) setAside() int {
	if f.reserved != nil {
		return *f.reserved
	}
	n := 0
	for _, p := range f.provisioned {
		n += p.requested
	}
	return n
}

// acquire finds or makes the environment for one call, or throttles. Whoever gets one must release it.
func (h *Host) acquire(v *version) (*environment, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, now := v.function, time.Now()
	if h.closed {
		return nil, errClosed
	}
	if h.functions[f.name] != f {
		return nil, notFound("Function not found: %s", h.arn(f.name, ""))
	}
	if now.Before(f.ready) {
		return nil, conflict("The operation cannot be performed at this time. The function is currently in the following state: Pending")
	}
	e := v.warmest()
	counts := f.reserved == nil && (e == nil || !e.provisioned)
	switch {
	case f.reserved != nil && f.inFlight >= *f.reserved:
		return nil, throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
	case counts && h.onDemand >= h.unreserved():
		return nil, throttled("ConcurrentInvocationLimitExceeded")
	case e == nil && !f.scaling.AllowN(now, 1):
		return nil, throttled("ConcurrentInvocationLimitExceeded")
	}
	if e == nil {
		var err error
		if e, err = h.newEnvironment(v, false); err != nil {
			return nil, internal(err)
		}
	} else {
		e.leaveIdle()
	}
	e.uses++
	e.counts = counts
	f.inFlight++
	if counts {
		h.onDemand++
	}
	return e, nil
}

// release ends a call: the environment becomes idle, or ends if it is spent.
func (h *Host) release(e *environment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.version.function.inFlight--
	if e.counts {
		h.onDemand--
	}
	h.settle(e)
	h.reconcile(e.version.function) // a spent provisioned environment is replaced
}

// settle makes an environment idle that nobody uses any more, or ends it. The caller holds h.mu.
func (h *Host) settle(e *environment) {
	v := e.version
	if e.spent || v.retired || h.closed {
		h.end(e)
		return
	}
	e.idle = true
	v.idle = append(v.idle, e)
	if e.provisioned {
		return
	}
	uses := e.uses
	e.expiry = time.AfterFunc(h.config.IdleTimeout, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if e.idle && e.uses == uses && !h.closed {
			h.end(e)
		}
	})
}

// warmest is the idle environment to use next: a provisioned one if there is any, and the one used last.
func (v *version) warmest() *environment {
	for _, e := range slices.Backward(v.idle) {
		if e.provisioned {
			return e
		}
	}
	if n := len(v.idle); n > 0 {
		return v.idle[n-1]
	}
	return nil
}

// leaveIdle takes the environment off its version's idle ones.
func (e *environment) leaveIdle() {
	e.idle = false
	e.version.idle = slices.DeleteFunc(e.version.idle, func(o *environment) bool { return o == e })
	if e.expiry != nil {
		e.expiry.Stop()
		e.expiry = nil
	}
}

// end removes an environment and kills its process in the background. The caller holds h.mu. Ending twice is harmless.
func (h *Host) end(e *environment) {
	if _, there := e.version.environments[e]; !there {
		return
	}
	e.leaveIdle()
	delete(e.version.environments, e)
	h.forget(e.version)
	h.work.Go(e.close)
}
