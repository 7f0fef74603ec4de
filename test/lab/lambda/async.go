package lambda

import (
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
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

func (h *Host) putEventConfig(r *http.Request, body []byte) (int, any, error) {
	var in sdk.PutFunctionEventInvokeConfigInput
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	config := defaultAsync()
	if n := in.MaximumRetryAttempts; n != nil {
		config.retries = int(*n)
	}
	if n := in.MaximumEventAgeInSeconds; n != nil {
		config.age = time.Duration(*n) * time.Second
	}
	if config.retries < 0 || config.retries > 2 || config.age < time.Minute || config.age > 6*time.Hour {
		return 0, nil, invalid("expected MaximumRetryAttempts from 0 to 2 and MaximumEventAgeInSeconds from 60 to 21600")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, qualifier, err := h.function(r, time.Now())
	if err != nil {
		return 0, nil, err
	}
	if config.onSuccess, config.onFailure, err = h.destinations(in.DestinationConfig); err != nil {
		return 0, nil, err
	}
	f.async[qualifier] = config
	return http.StatusOK, h.describeAsync(f, qualifier, config), nil
}

func (h *Host) getEventConfig(r *http.Request, _ []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, qualifier, err := h.function(r, time.Now())
	if err != nil {
		return 0, nil, err
	}
	config, ok := f.async[qualifier]
	if !ok {
		return 0, nil, notFound("The function %s doesn't have an EventInvokeConfig", h.arn(f.name, qualifier))
	}
	return http.StatusOK, h.describeAsync(f, qualifier, config), nil
}

func (h *Host) describeAsync(f *function, qualifier string, c asyncConfig) map[string]any {
	return map[string]any{
		"FunctionArn": h.arn(f.name, qualifier), "MaximumRetryAttempts": c.retries, "MaximumEventAgeInSeconds": int(c.age / time.Second),
		"DestinationConfig": map[string]map[string]string{"OnSuccess": destinationOf(c.onSuccess), "OnFailure": destinationOf(c.onFailure)},
	}
}

func destinationOf(arn string) map[string]string {
	if arn == "" {
		return map[string]string{}
	}
	return map[string]string{"Destination": arn}
}

// destinations checks that both are functions of this host. The caller holds h.mu.
func (h *Host) destinations(in *types.DestinationConfig) (success, failure string, err error) {
	if in == nil {
		return "", "", nil
	}
	if in.OnSuccess != nil {
		success = aws.ToString(in.OnSuccess.Destination)
	}
	if in.OnFailure != nil {
		failure = aws.ToString(in.OnFailure.Destination)
	}
	for _, arn := range []string{success, failure} {
		if arn == "" {
			continue
		}
		name, _, err := parseName(arn, "")
		if err == nil {
			_, err = h.lookup(name, time.Now())
		}
		if err != nil {
			return "", "", invalid("The provided destination config DestinationConfig is invalid: %s is no function of this host, which has no other destinations", arn)
		}
	}
	return success, failure, nil
}
