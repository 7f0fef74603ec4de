package lambda

import (
	"errors"
	"time"
)

// asyncConfig is how events of one qualifier are retried, and who is told of their end.
type asyncConfig struct {
	retries   int           // after function errors
	age       time.Duration // until an event is given up
	onSuccess string        // ARN of a function; empty for nobody
	onFailure string
}

// defaultAsync is what holds without PutFunctionEventInvokeConfig.
func defaultAsync() asyncConfig { return asyncConfig{retries: 2, age: 6 * time.Hour} }

// event is an accepted asynchronous invocation.
type event struct {
	target   target
	call     *call // the original; each attempt gets a copy
	config   asyncConfig
	accepted time.Time
	attempts int // that ran
}

// enqueue accepts an event, unless too many wait.
func (h *Host) enqueue(t target, c *call) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	if h.queued >= h.config.AsyncQueue {
		return throttled("CallerRateLimitExceeded")
	}
	config, ok := t.version.function.async[t.qualifier]
	if !ok {
		config = defaultAsync()
	}
	h.queued++
	e := &event{target: t, call: c, config: config, accepted: time.Now()}
	h.work.Go(func() {
		e.process(h)
		h.mu.Lock()
		h.queued--
		h.mu.Unlock()
	})
	return nil
}

// process tries the event until it succeeds, its retries are used up, or it is too old: function errors after one and
// two RetryDelays, throttles and errors of the host after a sixtieth of it, then twice that, and so on up to five.
func (e *event) process(h *Host) {
	wait := h.config.RetryDelay / 60
	for failures := 0; ; {
		c := newCall(e.call.id, e.call.arn, e.call.payload)
		c.clientContext, c.trace = e.call.clientContext, e.call.trace
		o, err := e.attempt(h, c)
		var pause time.Duration
		switch {
		case errors.Is(err, errClosed):
			return
		case err != nil && e.target.version.function.blocked(h):
			e.end(h, "ZeroReservedConcurrency", nil)
			return
		case err != nil:
			pause = wait
			wait = min(2*wait, 5*h.config.RetryDelay)
		case o.failed() == nil:
			e.attempts++
			e.end(h, "Success", &o)
			return
		default:
			e.attempts++
			failures++
			if failures > e.config.retries {
				e.end(h, "RetriesExhausted", &o)
				return
			}
			pause = time.Duration(failures) * h.config.RetryDelay
		}
		if time.Since(e.accepted)+pause > e.config.age {
			e.end(h, "EventAgeExceeded", nil)
			return
		}
		if !h.pause(pause) {
			return
		}
	}
}

// attempt runs the call on what the qualifier means by now.
func (e *event) attempt(h *Host, c *call) (outcome, error) {
	t, err := h.find(e.target.version.function.name, e.target.qualifier)
	if err != nil {
		return outcome{}, err
	}
	return h.invoke(t.version, c)
}

// blocked says whether a function's reserved concurrency is zero, which ends events at once.
func (f *function) blocked(h *Host) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return f.reserved != nil && *f.reserved == 0
}

// pause waits, and says whether the host still runs.
func (h *Host) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-h.running.Done():
		return false
	}
}
