package report

import (
	"fmt"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// mixture writes cold and warm answers side by side.
func (p *page) mixture(m *analysis.Mixture) {
	if m == nil {
		return
	}
	p.printf("  cold and warm together are above; apart: %s of the answers met a cold start\n", shareInterval(m.Cold))
	rows := [][]string{{"", "", "p50", "p95", "p99", "max"}}
	for _, x := range m.Metrics {
		for _, part := range []struct {
			name string
			of   analysis.Part
		}{{"cold", x.Cold}, {"warm", x.Warm}} {
			if part.of.Count > 0 {
				rows = append(rows, append([]string{x.Metric, fmt.Sprintf("%s (%d)", part.name, part.of.Count)}, partTexts(part.of)...))
			}
		}
	}
	p.table("llllll", rows)
}

// partTexts are percentiles with intervals; of a few observations the median and the range instead.
func partTexts(x analysis.Part) []string {
	if len(x.Values) > 0 {
		return []string{spreadText(x.Spread), "", "", timeText(x.Max)}
	}
	return []string{interval(x.P50), interval(x.P95), interval(x.P99), timeText(x.Max)}
}

// spreadText writes the median and the range of a few times.
func spreadText(s stats.Spread) string {
	switch {
	case s.Count == 0:
		return "-"
	case s.Min == s.Max:
		return timeText(s.Median)
	}
	return fmt.Sprintf("%s (%s to %s)", timeText(s.Median), timeText(s.Min), timeText(s.Max))
}

// coldStarts writes what was tried beside the load.
func (p *page) coldStarts(t *analysis.Target) {
	if c := t.ColdStarts; c != nil {
		p.printf("  %s\n", startsText(c))
		rows := [][]string{{"", "seen by", "took: median (range)", "after the trigger"}}
		for _, x := range observed(c) {
			rows = append(rows, []string{string(x.Name), observersText(x.By), spreadText(x.Took), spreadText(x.After)})
		}
		if len(c.Phases) > 0 {
			p.table("llll", rows)
		}
		if text := unobservedText(c); text != "" {
			p.printf("  %s\n", text)
		}
		for _, note := range startNotes(c) {
			p.printf("  %s\n", note)
		}
	}
	for _, k := range t.KeepAlive {
		p.printf("  %s\n", keepAliveText(k))
	}
}

// observed are the moments that somebody saw in one of the starts.
func observed(c *analysis.ColdStarts) (list []analysis.Phase) {
	for _, x := range c.Phases {
		if isObserved(x) {
			list = append(list, x)
		}
	}
	return list
}

func isObserved(x analysis.Phase) bool {
	return x.By[record.ByClient]+x.By[record.ByPlatform] > 0
}

// unobservedText names the moments that nobody saw; "" for none.
func unobservedText(c *analysis.ColdStarts) string {
	var names []string
	for _, x := range c.Phases {
		if !isObserved(x) {
			names = append(names, string(x.Name))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "unobserved: " + strings.Join(names, ", ")
}

func startsText(c *analysis.ColdStarts) string {
	text := fmt.Sprintf("cold starts: %d tried, %d confirmed by the platform, %d assumed, %d failed", c.Tried, c.Confirmed, c.Assumed, c.Failed)
	if c.Total.Count > 0 {
		text += "; in all " + spreadText(c.Total)
	}
	return text
}

// startNotes say by what a start is known, once, and why others failed.
func startNotes(c *analysis.ColdStarts) []string {
	var notes []string
	isTold := false
	for _, s := range c.Starts {
		switch {
		case s.Failure != "":
			notes = append(notes, fmt.Sprintf("%s failed: %s", s.Method, s.Failure))
		case s.Evidence != "" && !isTold:
			isTold = true
			of := ""
			if c.Tried > 1 {
				of = ", for example"
			}
			notes = append(notes, fmt.Sprintf("%s%s: %s", s.Method, of, s.Evidence))
		}
	}
	return notes
}

// startsTable has the cold starts of several targets side by side, below a head; of less than two targets it is empty.
func startsTable(a *analysis.Result) [][]string {
	rows := [][]string{{"target", "how", "confirmed", "from the trigger to the answer: median (range)"}}
	for i := range a.Targets {
		if c := a.Targets[i].ColdStarts; c != nil && len(c.Starts) > 0 {
			rows = append(rows, []string{a.Targets[i].Name, c.Starts[0].Method, fmt.Sprintf("%d of %d", c.Confirmed, c.Tried), spreadText(c.Total)})
		}
	}
	if len(rows) < 3 {
		return nil
	}
	return rows
}

// startsCompared writes them.
func (p *page) startsCompared(a *analysis.Result) {
	if rows := startsTable(a); rows != nil {
		p.heading("Cold starts")
		p.table("llll", rows)
	}
}

// observersText names who saw a moment, with numbers where they differ from start to start.
func observersText(by map[record.Observer]int) string {
	var parts []string
	for _, o := range []record.Observer{record.ByClient, record.ByPlatform, record.Unobserved} {
		if n := by[o]; n > 0 && len(by) == 1 {
			return string(o)
		} else if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", o, n))
		}
	}
	return strings.Join(parts, ", ")
}

// keepAliveText says how long a target stays warm without a request.
func keepAliveText(k record.KeepAlive) string {
	by := "by the times of answers"
	if k.Confirmed {
		by = "confirmed by the platform"
	}
	switch {
	case k.Warm > 0 && k.Cold > 0:
		return fmt.Sprintf("stays warm without a request for %s to %s (%d gaps tried, %s)", gapText(k.Warm), gapText(k.Cold), len(k.Tries), by)
	case k.Cold > 0:
		return fmt.Sprintf("stays warm without a request for less than %s (%d gaps tried, %s)", gapText(k.Cold), len(k.Tries), by)
	case k.Warm > 0:
		return fmt.Sprintf("stays warm without a request for at least %s (%d gaps tried, %s)", gapText(k.Warm), len(k.Tries), by)
	}
	return fmt.Sprintf("how long it stays warm without a request is not known (%d gaps tried)", len(k.Tries))
}

// gapText leaves out what no gap is known to.
func gapText(d time.Duration) string { return d.Round(time.Millisecond).String() }
