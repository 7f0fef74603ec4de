package report

import (
	"fmt"
	"io"

	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/simulate"
)

// Simulation writes the outcome of homes that were run as written.
func Simulation(w io.Writer, s *plan.Simulation, style Style) error {
	p := &page{w: w, style: style}
	p.title(s.Model, "")
	p.traffic(s.Traffic)
	for _, c := range s.Homes {
		p.printf("\n")
		p.paragraph(p.style.paint(bold, what(c))+" "+c.Describe(), "  ")
		p.outcome(c)
		p.priorities(c.Outcome.Priorities)
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
	p.item(fmt.Sprintf("%.4g requests inside on average, %d at the most; %.4g replicas or instances on average, %d at the most%s",
		o.MeanInSystem, o.PeakInFlight, o.MeanLive, o.PeakLive, c.PeakNote()))
	if o.Retries > 0 {
		p.item(fmt.Sprintf("%d retries by callers, %.3g for each request", o.Retries, share(o.Retries, o.Arrivals)))
	}
	if n := o.Nodes; n.Interruptions+n.Losses+n.InsufficientCapacity > 0 {
		p.item(fmt.Sprintf("%d nodes interrupted, %d lost; %d requests broken off; %d replicas found no capacity", n.Interruptions, n.Losses, n.BrokenOff, n.InsufficientCapacity))
	}
}

// priorities compares the requests of each priority, where there is more than one.
func (p *page) priorities(list []simulate.PriorityOutcome) {
	if len(list) == 0 {
		return
	}
	p.heading("By priority, the highest first")
	rows := [][]string{{"", "requests", "served", "failed", "mean", "p50", "p95", "p99", "slowest"}}
	for _, o := range list {
		row := []string{fmt.Sprint(o.Priority), fmt.Sprint(o.Arrivals), fmt.Sprint(o.Served), fmt.Sprint(o.Rejected + o.TimedOut)}
		for _, seconds := range []float64{o.Latency.Mean, o.Latency.P50, o.Latency.P95, o.Latency.P99, o.Latency.Max} {
			if o.Served == 0 {
				row = append(row, "-") // 0 s would be a latency
				continue
			}
			row = append(row, plan.Seconds(seconds))
		}
		rows = append(rows, row)
	}
	p.table("lrrrrrrrr", rows)
}

// SimulationTable is the homes that were run.
func SimulationTable(s *plan.Simulation) Table {
	return Table{Align: "llllrrrrrl", Rows: candidateRows(s.Homes, true)}
}
