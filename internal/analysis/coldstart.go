package analysis

import (
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// maxStarts bounds how many cold starts an analysis lists one by one.
const maxStarts = 40

// ColdStarts are the cold starts that were brought about at one target.
type ColdStarts struct {
	// Tried is how many; they were Confirmed by the platform, only Assumed, or Failed, and add up.
	Tried     int `json:"tried"`
	Confirmed int `json:"confirmed"`
	Assumed   int `json:"assumed"`
	Failed    int `json:"failed"`
	// Total is the time from the trigger to the end of the answer, or to the last moment seen, of those that did not fail.
	Total stats.Spread `json:"total"`
	// Phases are the moments that any of them reached, in order.
	Phases []Phase `json:"phases"`
	// Starts are the first 40.
	Starts []Start `json:"starts"`
}

// Phase is one moment of the cold starts that did not fail.
type Phase struct {
	Name record.PhaseName `json:"name"`
	// By is how often each observer saw it, or nobody.
	By map[record.Observer]int `json:"by"`
	// After is the time from the trigger, Took from the last moment before it that was seen, whichever that was.
	After stats.Spread `json:"after"`
	Took  stats.Spread `json:"took"`
}

// Start is one cold start.
type Start struct {
	Method    string `json:"method"`
	Confirmed bool   `json:"confirmed"`
	Evidence  string `json:"evidence,omitempty"`
	Failure   string `json:"failure,omitempty"`
	// At is when it was triggered, from the start of the run, and Total how long it took.
	At     float64     `json:"at"`
	Total  float64     `json:"total"`
	Phases []StartStep `json:"phases"`
}

// StartStep is one moment: After is the time from the trigger, and left out where nobody saw it.
type StartStep struct {
	Name  record.PhaseName `json:"name"`
	By    record.Observer  `json:"by"`
	After float64          `json:"after,omitempty"`
}

// start fills in what was tried beside the load.
func (t *Target) start(c *record.Columns, target int) {
	for _, k := range c.KeepAlives {
		if k.Target == target {
			t.KeepAlive = append(t.KeepAlive, k)
		}
	}
	var starts []*record.ColdStart
	for i := range c.ColdStarts {
		if c.ColdStarts[i].Target == target {
			starts = append(starts, &c.ColdStarts[i])
		}
	}
	if len(starts) > 0 {
		t.ColdStarts = coldStarts(starts)
	}
}

func coldStarts(starts []*record.ColdStart) *ColdStarts {
	a := &ColdStarts{Tried: len(starts), Phases: []Phase{}}
	var totals []float64
	for _, c := range starts {
		total := c.Total().Seconds()
		switch {
		case c.Failure != "":
			a.Failed++
		case c.Confirmed:
			a.Confirmed++
		default:
			a.Assumed++
		}
		if c.Failure == "" {
			totals = append(totals, total)
		}
		if len(a.Starts) < maxStarts {
			a.Starts = append(a.Starts, Start{
				Method: c.Method, Confirmed: c.Confirmed, Evidence: c.Evidence, Failure: c.Failure,
				At: max(0, c.Begin()).Seconds(), Total: total, Phases: steps(c),
			})
		}
	}
	a.Total = stats.SpreadOf(totals)
	for _, name := range record.PhaseNames() {
		if p := phaseOf(name, starts); len(p.By) > 0 {
			a.Phases = append(a.Phases, p)
		}
	}
	return a
}

func steps(c *record.ColdStart) []StartStep {
	var steps []StartStep
	for _, p := range c.Phases {
		step := StartStep{Name: p.Name, By: p.By}
		if p.At >= 0 {
			step.After = max(0, p.At-c.Begin()).Seconds()
		}
		steps = append(steps, step)
	}
	return steps
}

// phaseOf gathers one moment of all starts that did not fail.
func phaseOf(name record.PhaseName, starts []*record.ColdStart) Phase {
	a := Phase{Name: name, By: map[record.Observer]int{}}
	var after, took []float64
	for _, c := range starts {
		i := slices.IndexFunc(c.Phases, func(p record.Phase) bool { return p.Name == name })
		if c.Failure != "" || i < 0 {
			continue
		}
		p := c.Phases[i]
		a.By[p.By]++
		if p.At < 0 {
			continue
		}
		after = append(after, (p.At - c.Begin()).Seconds())
		if before := lastSeen(c.Phases[:i]); before >= 0 {
			took = append(took, (p.At - before).Seconds())
		}
	}
	a.After, a.Took = stats.SpreadOf(after), stats.SpreadOf(took)
	return a
}

func lastSeen(phases []record.Phase) time.Duration {
	last := record.Unseen
	for _, p := range phases {
		if p.At >= 0 {
			last = p.At
		}
	}
	return last
}
