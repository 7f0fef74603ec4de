package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Measurement writes what a run of bench came to.
func Measurement(w io.Writer, a *analysis.Result, style Style) error {
	p := &page{w: w, style: style}
	p.printf("%s\n", p.style.paint(bold, a.Suite+": "+a.Load))
	p.printf("%d requests recorded in %s, started %s\n", a.Requests, timeText(a.Elapsed), a.Start.Format(time.RFC3339))
	if a.Requests > 0 {
		p.printf("times are those of right answers, with intervals of 95 %%; [?] where there are too few for one\n")
	}
	if !a.Complete {
		p.printf("%s\n", p.style.paint(yellow, "incomplete: "+a.Reason))
	}
	if !a.Valid {
		p.printf("%s\n", p.style.paint(red, "INVALID: "+a.Invalid))
	}
	if len(a.Unanswered) > 0 {
		p.printf("%s\n", p.style.paint(red, "FAILED: "+unansweredText(a)))
	}
	for i := range a.Targets {
		p.measuredTarget(&a.Targets[i])
	}
	if a.Requests > 0 {
		p.client(a)
	}
	p.ratios("Compared, paired by round (below 1 the first one is faster)", paired(a))
	p.startsCompared(a)
	p.judgements(a)
	if a.Against != nil {
		p.ratios(fmt.Sprintf("Against the run of %s (below 1 is faster now)", a.Against.Start.Format(time.RFC3339)), changed(a))
	}
	if len(a.Warnings) > 0 {
		p.list("Warnings", a.Warnings)
	}
	return p.err
}

// measuredTarget writes the times and the ends of one target's requests.
func (p *page) measuredTarget(t *analysis.Target) {
	p.heading(fmt.Sprintf("%s (%s, %s)", t.Name, t.URL, t.Protocol))
	if t.Requests > 0 || t.ColdStarts == nil && len(t.KeepAlive) == 0 {
		p.printf("  %d requests: %s; errors %s\n", t.Requests, kindsText(t.Kinds), shareInterval(t.Errors))
	}
	if t.TokensIn+t.TokensOut > 0 {
		p.printf("  %d tokens in, %d tokens out\n", t.TokensIn, t.TokensOut)
	}
	if len(t.Metrics) > 0 {
		rows := [][]string{{"", "p50", "p95", "p99", "max"}}
		for _, m := range t.Metrics {
			rows = append(rows, []string{m.Metric, interval(m.P50), interval(m.P95), interval(m.P99), timeText(m.Max)})
		}
		p.table("lllll", rows)
	}
	p.mixture(t.Mixture)
	p.coldStarts(t)
}

// unansweredText says which targets gave nothing to measure.
func unansweredText(a *analysis.Result) string {
	return fmt.Sprintf("none of the requests to %s was answered right", strings.Join(a.Unanswered, ", "))
}

// kindsText lists how requests ended, the good ones first.
func kindsText(kinds map[record.Kind]int64) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		if n := kinds[k]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, k))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// client writes how late the load was, and one example of each failure.
func (p *page) client(a *analysis.Result) {
	l := a.Lateness
	p.heading("Client")
	if a.Closed {
		p.printf("  a closed loop is never late\n")
	} else {
		few := ""
		if a.GatesFew() {
			few = ", of so few without the latest"
		}
		p.printf("  sent late by p50 %s, p95 %s, p99 %s, at most %s; the gate is p%g <= %s%s\n",
			timeText(l.P50), timeText(l.P95), timeText(l.P99), timeText(l.Max), a.Gate.Percentile, a.Gate.Max, few)
	}
	for _, kind := range slices.Sorted(maps.Keys(a.Examples)) {
		p.printf("  %s, for example: %s\n", kind, a.Examples[kind])
	}
}

func (p *page) judgements(a *analysis.Result) {
	if len(a.Thresholds) == 0 {
		return
	}
	p.heading("Thresholds: " + verdictText(a))
	var rows [][]string
	for _, j := range a.Thresholds {
		got := interval(j.Estimate)
		if j.Metric == record.MetricErrors {
			got = shareInterval(j.Estimate)
		}
		code := map[analysis.Verdict]string{analysis.Pass: green, analysis.Fail: red, analysis.Inconclusive: yellow}[j.Verdict]
		rows = append(rows, []string{j.Of, j.String(), got, p.style.paint(code, string(j.Verdict)) + reasonText(j)})
	}
	p.table("llll", rows)
}

// verdictText is the verdict, and why where no threshold shows it.
func verdictText(a *analysis.Result) string {
	fails := func(j analysis.Judgement) bool { return j.Verdict == analysis.Fail }
	switch {
	case !a.Valid:
		return "not judged, the run is invalid"
	case len(a.Unanswered) > 0 && !slices.ContainsFunc(a.Thresholds, fails):
		return string(a.Verdict) + ", as " + unansweredText(a)
	}
	return string(a.Verdict)
}

// reasonText says why a threshold fails without a figure, or could not be judged.
func reasonText(j analysis.Judgement) string {
	if reason := cmp.Or(j.Reason, j.Estimate.Lacks); reason != "" {
		return ": " + reason
	}
	return ""
}

// interval writes a time with its interval, or says that there is none.
func interval(e stats.Estimate) string {
	switch {
	case e.Count == 0:
		return "-"
	case !e.HasInterval:
		return timeText(e.Value) + " [?]"
	}
	return fmt.Sprintf("%s [%s, %s]", timeText(e.Value), timeText(e.Low), timeText(e.High))
}

func shareInterval(e stats.Estimate) string {
	if !e.HasInterval {
		return "-"
	}
	return fmt.Sprintf("%.3g %% [%.3g, %.3g]", e.Value*100, e.Low*100, e.High*100)
}

// timeText writes seconds with three digits and a unit.
func timeText(s float64) string {
	switch {
	case s == 0:
		return "0 s"
	case s < 1e-3:
		return threeDigits(s*1e6) + " us"
	case s < 1:
		return threeDigits(s*1e3) + " ms"
	}
	return threeDigits(s) + " s"
}

func threeDigits(x float64) string {
	digits := 2 - int(math.Floor(math.Log10(math.Abs(x))))
	return fmt.Sprintf("%.*f", min(max(0, digits), 3), x)
}
