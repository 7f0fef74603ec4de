package probe

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// A Watch tries again and again. The counts and seconds of the specification are used as they
// are: the API server has put its defaults in.
type Watch struct {
	Spec  *corev1.Probe
	Check func(context.Context) error // one try; the context ends with the probe's time-out

	// Result is called with each result that as many tries in a row as its threshold agree on.
	Result func(healthy bool)
	// Failed is called with every try that failed.
	Failed func(error)
}

// Run tries until the context ends: first when the initial delay is over, then in every period.
func (w Watch) Run(ctx context.Context) {
	if !sleep(ctx, seconds(w.Spec.InitialDelaySeconds)) {
		return
	}
	ticker := time.NewTicker(max(seconds(w.Spec.PeriodSeconds), time.Second))
	defer ticker.Stop()
	var streak streak
	for {
		err := w.try(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.Failed(err)
		}
		if streak.add(err == nil) >= w.threshold(err == nil) {
			w.Result(err == nil)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (w Watch) try(ctx context.Context) error {
	timeout := max(seconds(w.Spec.TimeoutSeconds), time.Second)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %v", timeout))
	defer cancel()
	return w.Check(ctx)
}

func (w Watch) threshold(healthy bool) int32 {
	if healthy {
		return w.Spec.SuccessThreshold
	}
	return w.Spec.FailureThreshold
}

// streak counts equal results in a row.
type streak struct {
	healthy bool
	count   int32
}

func (s *streak) add(healthy bool) int32 {
	if healthy != s.healthy {
		s.healthy, s.count = healthy, 0
	}
	s.count++
	return s.count
}

func seconds(n int32) time.Duration { return time.Duration(n) * time.Second }

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
