package report

import (
	"fmt"
	"io"

	"fulcrum.dev/fulcrum/internal/plan"
)

// Simulation writes the outcome of homes that were run as written.
func Simulation(w io.Writer, s *plan.Simulation, style Style) error {
	p := &page{w: w, style: style}
	p.title(s.Model, "")
	p.traffic(s.Traffic)
	for _, c := range s.Homes {
		p.printf("\n%s %s\n", p.style.paint(bold, what(c)), c.Describe())
		p.outcome(c)
		p.costs(c)
		p.objectives(c)
		p.list("What it rests on", c.Assumptions)
	}
	p.list("Laws checked", s.LawsChecked)
	p.warnings(s.Warnings)
	return p.err
}

// what heads the outcome of one home, or of several that work together.
func what(c *plan.Candidate) string {
	if len(c.Parts) > 0 {
		return "HOMES"
	}
	return "HOME"
}

func (p *page) outcome(c *plan.Candidate) {
	o := c.Outcome
	p.item(fmt.Sprintf("%d arrivals = %d served + %d rejected + %d timed out + %d in flight", o.Arrivals, o.Served, o.Rejected, o.TimedOut, o.InFlight))
	p.item(fmt.Sprintf("%.4g requests inside on average, %d at the most; %.4g replicas or instances on average, %d at the most",
		o.MeanInSystem, o.PeakInFlight, o.MeanLive, o.PeakLive))
	if n := o.Nodes; n.Interruptions+n.Losses+n.InsufficientCapacity > 0 {
		p.item(fmt.Sprintf("%d nodes interrupted, %d lost; %d requests broken off; %d replicas found no capacity", n.Interruptions, n.Losses, n.BrokenOff, n.InsufficientCapacity))
	}
}
