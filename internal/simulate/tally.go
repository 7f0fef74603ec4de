package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/measure"
)

// tally counts the requests of one home. A request that is sent again counts at each home that it reaches.
type tally struct {
	arrivals, served, rejected, timedOut, coldStarts int64
	shortages                                        int64              // arrivals that found the limit of instances reached
	latency                                          *measure.Histogram // nil where the run has no other home
}

// count counts a request that is done; ok says that its caller was still there.
func (t *tally) count(arrived, now int64, ok bool) bool {
	if !ok {
		t.timedOut++
		return false
	}
	t.served++
	if t.latency != nil {
		t.latency.Record(time.Duration(now - arrived))
	}
	return true
}
