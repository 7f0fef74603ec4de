package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/policy"
)

// scaler runs an HPA in simulated time: at each sync it decides on the metric as
// it was MetricLag ago. The metric is the requests inside, queued ones included,
// averaged over a sync period, as a monitoring system gives it; a single reading of a gauge would
// make the HPA follow every chance cluster of arrivals.
type scaler struct {
	hpa   policy.HPA
	state policy.HPAState
	due   int64 // the next sync
	// seen are past values of the metric, one for each sync, oldest first. The
	// lag is rounded up to whole sync periods: the HPA sees what the last scrape before it saw.
	seen []float64
	lag  int
	area float64 // of the recorder at the last sync
}

func newScaler(h policy.HPA) *scaler {
	lag := int((h.MetricLag + h.SyncPeriod - 1) / h.SyncPeriod)
	return &scaler{hpa: h, due: int64(h.SyncPeriod), lag: lag}
}

// tick records the metric from the integral of the requests inside (request x
// ns), and returns the replicas that the HPA asks for once there is a metric old enough.
func (s *scaler) tick(now int64, replicas int, openArea float64) (desired int, decided bool) {
	s.due = now + int64(s.hpa.SyncPeriod)
	s.seen = append(s.seen, (openArea-s.area)/float64(s.hpa.SyncPeriod))
	s.area = openArea
	if len(s.seen) <= s.lag {
		return 0, false
	}
	metric := s.seen[0]
	s.seen = append(s.seen[:0], s.seen[1:]...)
	return s.hpa.Desired(&s.state, replicas, metric, time.Duration(now)), true
}
