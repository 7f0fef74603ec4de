package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

// Metric is a time that an objective can bound.
type Metric uint8

// The metrics.
const (
	Latency Metric = iota
	TimeToFirstToken
	TimePerOutputToken
	Errors // requests rejected or timed out; its bound is not used
	metrics
)

// Limit bounds a metric: at most Allowed requests may exceed Bound. Once more
// have, the run stops, because the objective is lost. A negative Allowed only counts.
type Limit struct {
	Metric  Metric
	Bound   time.Duration
	Allowed int64
}

// recorder keeps the statistics of a run.
type recorder struct {
	out     Outcome
	timeout int64 // ns from arrival after which a caller has left; 0 is never

	latency, wait, firstToken, perToken *stats.Histogram

	limits   [metrics][]*limitCount
	counts   []limitCount
	hopeless bool

	open     int64
	openArea float64 // request x ns
	openAt   int64
	// unanswered is the time that requests without an answer were inside, in ns.
	unanswered float64
	first      int64
	classes    classes
}

type limitCount struct {
	Limit
	exceeded int64
}

func newRecorder(info workload.Info, o Options, batched bool) *recorder {
	r := &recorder{
		out:     Outcome{Span: info.Span},
		timeout: int64(o.Timeout),
		latency: stats.NewHistogram(), wait: stats.NewHistogram(),
		counts: make([]limitCount, len(o.Limits)),
		first:  -1,
	}
	if info.HasPriorities {
		r.classes = newClasses()
	}
	if batched {
		r.firstToken, r.perToken = stats.NewHistogram(), stats.NewHistogram()
	}
	for i, l := range o.Limits {
		r.counts[i].Limit = l
		r.limits[l.Metric] = append(r.limits[l.Metric], &r.counts[i])
	}
	return r
}

// enter counts an arrival.
func (r *recorder) enter(j *job) {
	now := j.arrived
	if r.first < 0 {
		r.first = now
		r.openAt = now
	}
	r.out.Arrivals++
	if r.classes != nil {
		r.classes[j.priority].arrivals++
	}
	r.moveOpen(now, 1)
}

// leave counts a request that is no longer inside.
func (r *recorder) leave(now int64) { r.moveOpen(now, -1) }

func (r *recorder) moveOpen(now, delta int64) {
	r.openArea += float64(r.open) * float64(now-r.openAt)
	r.openAt = now
	r.open += delta
	if r.open > r.out.PeakInFlight {
		r.out.PeakInFlight = r.open
	}
}

func (r *recorder) reject(j *job, now int64) {
	r.out.Rejected++
	if r.classes != nil {
		r.classes[j.priority].rejected++
	}
	r.unanswered += float64(now - j.arrived)
	for _, l := range r.limits[Errors] {
		r.exceed(l)
	}
	r.leave(now)
}

func (r *recorder) timeOut(j *job, now int64) {
	r.out.TimedOut++
	if r.classes != nil {
		r.classes[j.priority].timedOut++
	}
	r.unanswered += float64(now - j.arrived)
	r.exceedAll()
	r.leave(now)
}

// exceedAll counts a request without an answer as beyond every bound, so that
// dropping slow requests never makes a home look faster.
func (r *recorder) exceedAll() {
	for i := range r.counts {
		r.exceed(&r.counts[i])
	}
}

// started counts how long a request has waited.
func (r *recorder) started(arrived, now int64) {
	r.wait.Record(time.Duration(now - arrived))
}

// served counts a request that has its answer, and reports whether the caller
// was still there: one that has left by then makes it a time-out.
func (r *recorder) served(j *job, now int64) bool {
	latency := now - j.arrived
	if r.timeout > 0 && latency > r.timeout {
		r.timeOut(j, now)
		return false
	}
	r.out.Served++
	r.leave(now)
	r.latency.Record(time.Duration(latency))
	if r.classes != nil {
		r.classes[j.priority].latency.Record(time.Duration(latency))
	}
	r.check(Latency, latency)
	return true
}

// tokens counts the times to the first and between the output tokens of a request that was served.
func (r *recorder) tokens(arrived, firstToken, done int64, output int32) {
	r.firstToken.Record(time.Duration(firstToken - arrived))
	r.check(TimeToFirstToken, firstToken-arrived)
	if output > 1 {
		perToken := (done - firstToken) / int64(output-1)
		r.perToken.Record(time.Duration(perToken))
		r.check(TimePerOutputToken, perToken)
	}
}

func (r *recorder) check(m Metric, value int64) {
	for _, l := range r.limits[m] {
		if value > int64(l.Bound) {
			r.exceed(l)
		}
	}
}

func (r *recorder) exceed(l *limitCount) {
	l.exceeded++
	if l.Allowed >= 0 && l.exceeded > l.Allowed {
		r.hopeless = true
	}
}

// outcome closes the statistics at the given end.
func (r *recorder) outcome(end int64) Outcome {
	r.moveOpen(end, 0)
	o := r.out
	o.FirstArrival, o.End = time.Duration(max(0, r.first)), time.Duration(end)
	o.InFlight = r.open
	o.TimeUnanswered = r.unanswered / 1e9
	o.Priorities = r.classes.outcomes()
	o.Latency, o.Wait = r.latency.Summary(), r.wait.Summary()
	if r.firstToken != nil {
		o.TimeToFirstToken, o.TimePerOutputToken = r.firstToken.Summary(), r.perToken.Summary()
	}
	for _, c := range r.counts {
		o.Exceeded = append(o.Exceeded, c.exceeded)
	}
	if end > r.first && r.first >= 0 {
		o.MeanInSystem = r.openArea / float64(end-r.first)
	}
	return o
}
