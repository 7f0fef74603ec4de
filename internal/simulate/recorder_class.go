package simulate

import (
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

// classes counts the requests of each priority; nil where there is only one.
type classes []class

type class struct {
	arrivals, rejected, timedOut int64
	latency                      *stats.Histogram
}

func newClasses() classes {
	c := make(classes, workload.Priorities)
	for i := range c {
		c[i].latency = stats.NewHistogram()
	}
	return c
}

// outcomes returns the priorities that have requests, the highest first; none where that is one only.
func (c classes) outcomes() []PriorityOutcome {
	var list []PriorityOutcome
	for i := len(c) - 1; i >= 0; i-- {
		if k := &c[i]; k.arrivals > 0 {
			s := k.latency.Summary()
			list = append(list, PriorityOutcome{Priority: i, Arrivals: k.arrivals, Served: s.Count, Rejected: k.rejected, TimedOut: k.timedOut, Latency: s})
		}
	}
	if len(list) == 1 {
		return nil
	}
	return list
}
