package report

import (
	"fmt"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
)

// startPlot shows cold starts as bars from moment to moment, by who saw the moment at the end of each.
func startPlot(t *analysis.Target) *plot {
	const height = 30
	starts := t.ColdStarts.Starts
	p := newPlot("Cold starts of "+t.Name, 40+height*float64(len(starts)), 190)
	p.Summary = "From the trigger to the answer; each part ends with the moment that is named on it."
	longest := 0.0
	for _, s := range starts {
		longest = max(longest, s.Total)
	}
	x := axis{high: max(longest, 1e-3) * 1.02, from: p.Left, to: p.Right}
	p.XTicks = x.ticks(tickTime, 8)
	hidden := false
	for i, s := range starts {
		y := p.Top + height*float64(i)
		certainty := "assumed"
		switch {
		case s.Failure != "":
			certainty = "failed"
		case s.Confirmed:
			certainty = "confirmed"
		}
		p.Texts = append(p.Texts, label{Class: "row", Anchor: "end", X: p.Left - 10, Y: y + height/2 + 4, Text: fmt.Sprintf("%s, %s", s.Method, certainty)})
		if s.Failure != "" {
			p.Texts = append(p.Texts, label{Class: "failure", Anchor: "start", X: p.Left + 4, Y: y + height/2 + 4, Text: s.Failure})
			continue
		}
		hidden = p.addSteps(s, x, y+4, height-8) || hidden
	}
	for _, k := range []key{{"client", "ends with what the client saw"}, {"platform", "ends with what the platform reported"}} {
		if slices.ContainsFunc(p.Bars, func(b bar) bool { return strings.Contains(b.Class, k.Class) }) {
			p.Legend = append(p.Legend, k)
		}
	}
	if hidden {
		p.Legend = append(p.Legend, key{"unobserved", "holds moments that nobody saw"})
	}
	return p
}

// addSteps draws one start, and reports whether some of it was not observed.
func (p *plot) addSteps(s analysis.Start, x axis, y, height float64) (isHidden bool) {
	last, unseen := 0.0, []string{}
	for i, step := range s.Phases {
		switch {
		case step.By == record.Unobserved:
			unseen = append(unseen, string(step.Name))
			continue
		case i == 0:
			continue
		}
		class, title := string(step.By), fmt.Sprintf("%s after %s, seen by the %s", step.Name, timeText(step.After-last), step.By)
		if len(unseen) > 0 {
			class, title, isHidden = class+" unobserved", title+"; unobserved within: "+strings.Join(unseen, ", "), true
		}
		p.step(class, title, string(step.Name), x.at(last), x.at(step.After), y, height)
		last, unseen = step.After, nil
	}
	if s.Total > last {
		p.step("client", "end of the answer after "+timeText(s.Total-last), "end", x.at(last), x.at(s.Total), y, height)
	}
	return isHidden
}

func (p *plot) step(class, title, name string, from, to, y, height float64) {
	p.Bars = append(p.Bars, bar{Class: "step " + class, X: from, Y: y, W: round1(max(0.5, to-from)), H: height, Title: title})
	if to-from > 7*float64(len(name))+6 {
		p.Texts = append(p.Texts, label{Class: "inside", Anchor: "middle", X: round1((from + to) / 2), Y: y + height/2 + 4, Text: name})
	}
}

// keepAlivePlot shows the gaps that were tried, and whether the request after each met a cold start.
func keepAlivePlot(name string, windows []record.KeepAlive) *plot {
	const height = 34
	p := newPlot("Idle gaps of "+name, 40+height*float64(len(windows)), 64)
	p.Summary = "Gaps without a request: filled ones still met a warm instance, empty ones a cold start."
	low, high := 0.0, 0.0
	for _, w := range windows {
		for _, try := range w.Tries {
			if gap := try.Gap.Seconds(); gap > 0 {
				if low == 0 || gap < low {
					low = gap
				}
				high = max(high, gap)
			}
		}
	}
	if high == 0 {
		return nil
	}
	x := timeAxis(low, high, p.Left, p.Right)
	p.XTicks = x.ticks(tickTime, 8)
	for i, w := range windows {
		y := p.Top + height*(float64(i)+0.5)
		if w.Warm > 0 && w.Cold > w.Warm {
			from, to := x.at(w.Warm.Seconds()), x.at(w.Cold.Seconds())
			p.Bars = append(p.Bars, bar{Class: "window", X: from, Y: y - 12, W: round1(to - from), H: 24, Title: keepAliveText(w)})
		}
		for _, try := range w.Tries {
			class, says := "warm", "warm"
			if try.Cold {
				class, says = "coldgap", "a cold start"
			}
			p.Dots = append(p.Dots, dot{Class: class, X: x.at(try.Gap.Seconds()), Y: y, R: 5, Title: fmt.Sprintf("after %s: %s", gapText(try.Gap), says)})
		}
	}
	p.Legend = []key{{"warm", "still warm"}, {"coldgap", "a cold start"}, {"window", "between the longest warm and the shortest cold gap"}}
	return p
}
