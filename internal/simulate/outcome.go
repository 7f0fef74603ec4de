package simulate

import (
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Outcome is what happened to a workload on a home, or on several behind a router.
type Outcome struct {
	// Home is the name of the home; of several, their names joined by " + ".
	Home string `json:"home"`
	// Span is the time covered by the workload; capacity is metered up to it. End is when the last request was done.
	Span         time.Duration `json:"span"`
	FirstArrival time.Duration `json:"firstArrival"`
	End          time.Duration `json:"end"`

	// Arrivals = Served + Rejected + TimedOut + InFlight. InFlight is 0 unless the run was stopped early.
	// Rejected are the requests that were refused, or broken off, and not sent again.
	Arrivals int64 `json:"arrivals"`
	Served   int64 `json:"served"`
	Rejected int64 `json:"rejected"`
	TimedOut int64 `json:"timedOut"`
	InFlight int64 `json:"inFlight"`
	// Retries counts how often callers sent a request again.
	Retries int64 `json:"retries,omitempty"`
	// Starts counts the instances, environments or replicas that were started during the run: for requests, by an
	// autoscaler, for a minimum that rose by a schedule, and in place of those that went with their node. Each counts when it is
	// asked for, also when it never served: given up while it was starting, still waiting for a node, or loaded ahead for a
	// request that did not come. Provisioned environments count that were asked for during the run. Those that
	// are ready at the start do not.
	Starts int64 `json:"starts"`
	// ColdStarts counts the requests that waited for a start: those during whose time in a home's queue, all or part of
	// it, an instance of that home was starting (not necessarily the one that served them), and at functions those
	// whose environment was started for them. A request counts once, however often it was sent again and however it left.
	ColdStarts int64 `json:"coldStarts"`

	// Latency is from the first arrival to the last byte, Wait from that to the start of service (start-up included).
	Latency stats.Summary `json:"latency"`
	Wait    stats.Summary `json:"wait"`
	// TimeUnanswered is how long the requests that were rejected or timed out were inside, all together, in seconds.
	TimeUnanswered float64 `json:"timeUnanswered,omitempty"`
	// TimeToFirstToken and TimePerOutputToken are for batched service only.
	TimeToFirstToken   stats.Summary `json:"timeToFirstToken,omitzero"`
	TimePerOutputToken stats.Summary `json:"timePerOutputToken,omitzero"`
	// Exceeded is, for each limit in Options.Limits, the number of requests that exceeded it.
	Exceeded []int64 `json:"exceeded,omitempty"`

	// MeanInSystem is the time average of requests inside, from the first arrival to End.
	MeanInSystem float64 `json:"meanInSystem"`
	PeakInFlight int64   `json:"peakInFlight"`

	// Capacity is of all homes together.
	Capacity

	// Priorities are the requests by priority, the highest first; none where all have the same.
	Priorities []PriorityOutcome `json:"priorities,omitempty"`
	// Homes are the parts of a hybrid, in its order; none for a single home.
	Homes []HomeOutcome `json:"homes,omitempty"`
	// Timeline is there when it was asked for.
	Timeline *Timeline `json:"timeline,omitempty"`
	// Stopped says that the run ended early because a limit could no longer be met; all else then covers only what ran.
	Stopped bool `json:"stopped,omitempty"`
}

// PriorityOutcome is what happened to the requests of one priority.
type PriorityOutcome struct {
	Priority int           `json:"priority"`
	Arrivals int64         `json:"arrivals"`
	Served   int64         `json:"served"`
	Rejected int64         `json:"rejected"`
	TimedOut int64         `json:"timedOut"`
	Latency  stats.Summary `json:"latency"`
}

// Capacity is what a home had running, up to Span.
type Capacity struct {
	// Utilisation is the share of the ready capacity in use: of slots for fixed service, of the
	// throughput of full batches for batched service; of several homes, each by its ready instances.
	Utilisation float64 `json:"utilisation"`
	// MeanLive and PeakLive are instances (pods, environments), starting ones included; the peak of several homes is the sum of theirs.
	MeanLive float64 `json:"meanLive"`
	PeakLive int     `json:"peakLive"`
	// Metered is what the platform counted.
	Metered home.Metered `json:"metered"`
	// Shortages are the arrivals at functions and containers that found as many environments or instances as are allowed: the quota
	// was reached, and they waited or were refused.
	Shortages int64 `json:"shortages,omitempty"`
	// Nodes is what went wrong with the nodes of a cluster.
	Nodes NodeCounts `json:"nodes,omitzero"`
}

// HomeOutcome is what happened at one home of a hybrid. A request that is sent
// again counts at every home that it reaches: Arrivals = Served + Rejected + TimedOut + what was inside at the end. So do
// ColdStarts, up to Arrivals: their sum exceeds that of the outcome by what waited for a start in several attempts.
type HomeOutcome struct {
	Home       string        `json:"home"`
	Arrivals   int64         `json:"arrivals"`
	Served     int64         `json:"served"`
	Rejected   int64         `json:"rejected"`
	TimedOut   int64         `json:"timedOut"`
	Starts     int64         `json:"starts"`
	ColdStarts int64         `json:"coldStarts"`
	Latency    stats.Summary `json:"latency"`
	Capacity
}

func (e *engine) name() string {
	names := make([]string, len(e.homes))
	for i := range e.homes {
		names[i] = e.homes[i].name
	}
	return strings.Join(names, " + ")
}

// outcome closes the counts of a run.
func (e *engine) outcome() Outcome {
	o := e.callers.outcome(e.now)
	o.Home, o.Stopped = e.name(), e.hopeless
	var used, ready float64
	for i := range e.homes {
		p := &e.homes[i]
		h := p.outcome(e.span)
		u, r := p.server.use()
		used, ready = used+u, ready+r
		o.Starts += h.Starts
		o.add(h.Capacity)
		if len(e.homes) > 1 {
			o.Homes = append(o.Homes, h)
		}
	}
	if o.Utilisation = 0; ready > 0 {
		o.Utilisation = used / ready
	}
	if e.timeline != nil {
		o.Timeline = e.timeline.result()
	}
	return o
}

func (c *Capacity) add(other Capacity) {
	c.MeanLive += other.MeanLive
	c.PeakLive += other.PeakLive
	c.Metered = c.Metered.Plus(other.Metered)
	c.Shortages += other.Shortages
	c.Nodes = c.Nodes.plus(other.Nodes)
}

// outcome closes the counts of a home at the end of the span.
func (p *runningHome) outcome(span int64) HomeOutcome {
	s := p.server
	s.advance(span)
	s.advanceBusy(span)
	h := HomeOutcome{
		Home: s.name, Arrivals: s.tally.arrivals, Served: s.tally.served, Rejected: s.tally.rejected,
		TimedOut: s.tally.timedOut, Starts: s.begun, ColdStarts: s.tally.coldStarts,
	}
	if s.tally.latency != nil {
		h.Latency = s.tally.latency.Summary()
	}
	h.Metered = p.platform.meter(span)
	h.Shortages = s.tally.shortages
	if c, ok := p.platform.(*cluster); ok {
		h.Nodes = c.nodeCounts(span)
	}
	h.Metered.Requests = h.Arrivals - h.Rejected
	h.PeakLive = s.peakLive + s.apart
	if span > 0 {
		h.MeanLive = float64(s.liveArea)/float64(span) + float64(s.apart)
	}
	if used, ready := s.use(); ready > 0 {
		h.Utilisation = used / ready
	}
	return h
}

// use returns the ready capacity that the requests took, and all of it: of slots
// for fixed service, of saturated throughput for batched service, in instances x ns.
func (s *server) use() (used, ready float64) {
	if s.batch != nil {
		return float64(s.workArea), float64(s.readyArea)
	}
	return float64(s.busyArea) / float64(s.slots), float64(s.readyArea)
}
