package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
	"fulcrum.dev/fulcrum/internal/policy/keda"
)

// kedaScaler polls the trigger of a KEDA, and lets its HPA decide above zero.
type kedaScaler struct {
	keda.Spec
	hpa   *hpaScaler
	state keda.State
	poll  int64 // the next one
}

func newKEDA(a *home.Autoscaler, seen *level) *kedaScaler {
	return &kedaScaler{Spec: *a.KEDA, hpa: newHPA(*a.HPA, seen), poll: int64(a.KEDA.PollingInterval)}
}

func (s *kedaScaler) next() int64 { return min(s.poll, s.hpa.due) }

// tick polls, or lets the HPA decide; at the same time first the one, then the other.
func (s *kedaScaler) tick(now int64, c *cluster) int {
	if now < s.poll {
		return s.hpa.tick(now, c)
	}
	s.poll = now + int64(s.PollingInterval)
	value := float64(s.hpa.seen.inside)
	if s.hpa.Signals[0] == home.RequestsWaiting {
		value = float64(c.queued())
	}
	return s.Poll(&s.state, c.replicas, &hpa.Reading{Total: thousandths(value)}, time.Duration(now))
}
