package measure

import (
	"slices"
	"time"
)

// mostStarts bounds how many cold starts an analysis lists one by one.
const mostStarts = 40

// ColdStartAnalysis is the cold starts that were brought about at one target.
type ColdStartAnalysis struct {
	// Tried is how many; they were Confirmed by the platform, only Assumed, or Failed, and add up.
	Tried     int `json:"tried"`
	Confirmed int `json:"confirmed"`
	Assumed   int `json:"assumed"`
	Failed    int `json:"failed"`
	// Total is the time from the trigger to the end of the answer, or to the last moment seen, of those that did not fail.
	Total Spread `json:"total"`
	// Phases are the moments that any of them reached, in order.
	Phases []PhaseAnalysis `json:"phases"`
	// Starts are the first 40.
	Starts []Start `json:"starts"`
}

// PhaseAnalysis is one moment of the cold starts that did not fail.
type PhaseAnalysis struct {
	Name PhaseName `json:"name"`
	// By is how often each observer saw it, or nobody.
	By map[Observer]int `json:"by"`
	// After is the time from the trigger, Took from the last moment before it that was seen, whichever that was.
	After Spread `json:"after"`
	Took  Spread `json:"took"`
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
	Name  PhaseName `json:"name"`
	By    Observer  `json:"by"`
	After float64   `json:"after,omitempty"`
}

// start fills in what was tried beside the load.
func (t *TargetAnalysis) start(s *Sheet, target int) {
	for _, k := range s.keepAlives {
		if k.Target == target {
			t.KeepAlive = append(t.KeepAlive, k)
		}
	}
	var starts []*ColdStart
	for i := range s.coldStarts {
		if s.coldStarts[i].Target == target {
			starts = append(starts, &s.coldStarts[i])
		}
	}
	if len(starts) > 0 {
		t.ColdStarts = coldStarts(starts)
	}
}

func coldStarts(starts []*ColdStart) *ColdStartAnalysis {
	a := &ColdStartAnalysis{Tried: len(starts), Phases: []PhaseAnalysis{}}
	var totals []float64
	for _, c := range starts {
		total := c.total().Seconds()
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
		if len(a.Starts) < mostStarts {
			a.Starts = append(a.Starts, Start{
				Method: c.Method, Confirmed: c.Confirmed, Evidence: c.Evidence, Failure: c.Failure,
				At: max(0, c.begin()).Seconds(), Total: total, Phases: c.steps(),
			})
		}
	}
	a.Total = spreadOf(totals)
	for _, name := range PhaseNames() {
		if p := phaseOf(name, starts); len(p.By) > 0 {
			a.Phases = append(a.Phases, p)
		}
	}
	return a
}

// begin is when it was triggered: the first moment that was seen, or else when the request was sent.
func (c *ColdStart) begin() time.Duration {
	for _, p := range c.Phases {
		if p.At >= 0 {
			return p.At
		}
	}
	return c.Request.Sent
}

// total is how long it took, to the end of the answer or to the last moment that was seen.
func (c *ColdStart) total() time.Duration {
	last := c.Request.LastByte
	for _, p := range c.Phases {
		last = max(last, p.At)
	}
	return max(0, last-max(0, c.begin()))
}

func (c *ColdStart) steps() []StartStep {
	var steps []StartStep
	for _, p := range c.Phases {
		step := StartStep{Name: p.Name, By: p.By}
		if p.At >= 0 {
			step.After = max(0, p.At-c.begin()).Seconds()
		}
		steps = append(steps, step)
	}
	return steps
}

// phaseOf gathers one moment of all starts that did not fail.
func phaseOf(name PhaseName, starts []*ColdStart) PhaseAnalysis {
	a := PhaseAnalysis{Name: name, By: map[Observer]int{}}
	var after, took []float64
	for _, c := range starts {
		i := slices.IndexFunc(c.Phases, func(p Phase) bool { return p.Name == name })
		if c.Failure != "" || i < 0 {
			continue
		}
		p := c.Phases[i]
		a.By[p.By]++
		if p.At < 0 {
			continue
		}
		after = append(after, (p.At - c.begin()).Seconds())
		if before := lastSeen(c.Phases[:i]); before >= 0 {
			took = append(took, (p.At - before).Seconds())
		}
	}
	a.After, a.Took = spreadOf(after), spreadOf(took)
	return a
}

func lastSeen(phases []Phase) time.Duration {
	last := Unseen
	for _, p := range phases {
		if p.At >= 0 {
			last = p.At
		}
	}
	return last
}
