package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/policy/kpa"
)

// kpaScaler runs a KPA: it samples the requests inside each second, and decides
// at every other sample, and at once when a request finds no replica.
type kpaScaler struct {
	kpa.Spec
	state    *kpa.State
	revision kpa.Revision
	seen     *level
	inside   mark
	due      int64
	decideAt int64
	woken    bool    // decide for a request that found no replica
	reported float64 // of the running second, by being woken
}

func newKPA(k kpa.Spec, replicas int, seen *level) *kpaScaler {
	s := &kpaScaler{Spec: k, seen: seen, due: int64(kpa.Scrape), decideAt: int64(kpa.Tick)}
	s.state = k.NewState(replicas, 0)
	s.revision = k.NewRevision(0)
	s.Reconcile(&s.revision, kpa.Decision{Desired: replicas, Valid: true}, replicas, 0) // what is there is ready
	return s
}

func (s *kpaScaler) next() int64 { return s.due }

// wake is the activator's report of the first request at a revision without replicas, once in a second.
func (s *kpaScaler) wake(now int64) bool {
	if s.reported > 0 {
		return false
	}
	s.woken, s.reported = true, 1
	s.Record(s.state, 1, time.Duration(now))
	return true
}

func (s *kpaScaler) tick(now int64, c *cluster) int {
	woken := s.woken
	s.woken = false
	if !woken {
		s.due = now + int64(kpa.Scrape)
		// The average of a second in which the activator has reported a request already is without that.
		s.Record(s.state, max(0, s.seen.mean(&s.inside, now)-s.reported), time.Duration(now))
		s.reported = 0
		if now < s.decideAt {
			return c.replicas
		}
		s.decideAt = now + int64(kpa.Tick)
	}
	d := s.Decide(s.state, c.serving, time.Duration(now))
	if scale := s.Reconcile(&s.revision, d, c.serving, time.Duration(now)); scale.Apply && scale.Replicas >= 0 {
		return scale.Replicas
	}
	return c.replicas
}
