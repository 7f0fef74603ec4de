package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/home"
)

// Timeline is the state of every home at equal steps of the span. Its size does not depend on the traffic.
type Timeline struct {
	// Step is the time between two moments. The first moment is one step after the start, the last is the end of the span.
	Step  time.Duration `json:"step"`
	Homes []Curve       `json:"homes"`
}

// Curve is one home over time.
type Curve struct {
	Home    string   `json:"home"`
	Moments []Moment `json:"moments"`
}

// Moment is the state of a home at one instant. Counters run from the start.
type Moment struct {
	Ready    int `json:"ready"`    // instances that serve, draining ones included
	Starting int `json:"starting"` // instances
	Nodes    int `json:"nodes,omitempty"`
	Waiting  int `json:"waiting"`  // requests without a slot
	InFlight int `json:"inFlight"` // requests inside, waiting ones included

	Arrivals int64 `json:"arrivals"`
	Served   int64 `json:"served"`
	Rejected int64 `json:"rejected"`
	TimedOut int64 `json:"timedOut"`
	// Starts and ColdStarts are as in Outcome. A request is counted at the latest when its wait ends.
	Starts     int64 `json:"starts"`
	ColdStarts int64 `json:"coldStarts"`
	// Metered is what the home would be billed for if the span ended here.
	Metered home.Metered `json:"metered"`
}

// timeline takes the samples of a run.
type timeline struct {
	step, span int64
	curves     []Curve
}

// newTimeline allots room for a number of moments, so that sampling allocates nothing.
func newTimeline(span int64, moments int, homes []runningHome) *timeline {
	t := &timeline{step: max(1, (span+int64(moments)-1)/int64(moments)), span: span}
	for i := range homes {
		t.curves = append(t.curves, Curve{Home: homes[i].name, Moments: make([]Moment, 0, moments)})
	}
	return t
}

// sample takes every moment that is due up to now. Nothing has happened since
// the step before now, so that the state is that of each of those moments, before what happens at its instant.
func (e *engine) sample(now int64) {
	t := e.timeline
	for ; e.moment <= min(now, t.span); e.moment += t.step {
		for i := range e.homes {
			t.curves[i].Moments = append(t.curves[i].Moments, e.homes[i].moment(e.moment))
		}
	}
	if e.moment > t.span {
		e.moment = never
	}
}

func (p *runningHome) moment(at int64) Moment {
	s, v := p.server, p.platform.view()
	m := Moment{
		Ready: s.ready + s.apart, Starting: s.starting, Waiting: v.Waiting, InFlight: v.InFlight,
		Arrivals: s.tally.arrivals, Served: s.tally.served, Rejected: s.tally.rejected,
		TimedOut: s.tally.timedOut, Starts: s.begun, ColdStarts: s.tally.coldStarts,
		Metered: p.platform.meter(at),
	}
	if c, ok := p.platform.(*cluster); ok {
		m.Nodes = c.nodes.live
	}
	m.Metered.Requests = m.Arrivals - m.Rejected
	return m
}

func (t *timeline) result() *Timeline { return &Timeline{Step: time.Duration(t.step), Homes: t.curves} }
