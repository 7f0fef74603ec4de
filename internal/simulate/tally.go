package simulate

import "fulcrum.dev/fulcrum/internal/stats"

// tally counts the requests of one home. A request that is sent again counts at each home that it reaches.
type tally struct {
	arrivals, served, rejected, timedOut, coldStarts int64
	shortages                                        int64            // arrivals that found the limit of instances reached
	latency                                          *stats.Histogram // nil where the run has no other home
}
