package bench

import (
	"maps"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Live is what is known of a run under way.
type Live struct {
	Elapsed time.Duration `json:"elapsedNanoseconds"`
	// Doing says what goes on after the load, such as a cold start; "" during it. The rest is of the load alone.
	Doing string `json:"doing,omitempty"`
	// Requests have ended, of Planned in all (0 when not known); Errors of them were not answered right.
	Requests int64 `json:"requests"`
	Planned  int64 `json:"planned,omitempty"`
	Errors   int64 `json:"errors"`
	// Kinds is how many ended in which way.
	Kinds map[record.Kind]int64 `json:"kinds"`
	// Rate is how many a second ended since the last time.
	Rate float64 `json:"rate"`
	// Span is how long the load lasts.
	Span time.Duration `json:"spanNanoseconds"`
	// Lateness and Latency are of the requests since the last time, in seconds.
	Lateness stats.Summary `json:"lateness"`
	Latency  stats.Summary `json:"latency"`
}

// liveView makes a Live every now and then. It is the collector's.
type liveView struct {
	planned           int64
	span              time.Duration
	requests, errors  int64
	kinds             map[record.Kind]int64
	last              time.Duration
	since             int64
	lateness, latency *stats.Histogram
}

func newLiveView(p Projection) *liveView {
	v := &liveView{planned: p.Requests, span: p.Span, kinds: map[record.Kind]int64{}}
	v.lateness, v.latency = stats.NewHistogram(), stats.NewHistogram()
	return v
}

func (v *liveView) reset(at time.Duration) {
	v.last, v.since = at, 0
	v.lateness.Reset()
	v.latency.Reset()
}

func (v *liveView) take(r *record.Record) {
	v.requests++
	v.since++
	v.kinds[r.Kind]++
	if d, ok := r.Lateness(); ok {
		v.lateness.Record(d)
	}
	if r.Kind != record.OK {
		v.errors++
		return
	}
	if d, ok := r.Latency(); ok {
		v.latency.Record(d)
	}
}

// snapshot says what is known and begins anew.
func (v *liveView) snapshot(now time.Duration) Live {
	l := Live{
		Elapsed: now, Requests: v.requests, Planned: v.planned, Errors: v.errors, Span: v.span,
		Kinds:    maps.Clone(v.kinds),
		Lateness: v.lateness.Summary(), Latency: v.latency.Summary(),
	}
	if passed := now - v.last; passed > 0 {
		l.Rate = float64(v.since) / passed.Seconds()
	}
	v.reset(now)
	return l
}
