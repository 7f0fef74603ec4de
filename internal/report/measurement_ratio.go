package report

import (
	"fmt"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/stats"
)

// ratioRow is a ratio of times, and what it says.
type ratioRow struct {
	Of, Metric string
	Percentile float64
	Ratio      stats.Estimate
	Says       string
}

// Name is what the ratio is of, in one piece.
func (r ratioRow) Name() string { return fmt.Sprintf("%s, %s p%g", r.Of, r.Metric, r.Percentile) }

// ratioRows are those that have an interval. The others, Left of them, could be anything and are only counted.
type ratioRows struct {
	Rows []ratioRow
	Left int
}

func (r *ratioRows) add(row ratioRow) {
	if row.Ratio.HasInterval {
		r.Rows = append(r.Rows, row)
	} else {
		r.Left++
	}
}

// Without says how many are left out; "" for none.
func (r ratioRows) Without() string {
	switch r.Left {
	case 0:
		return ""
	case 1:
		return "1 ratio is left out: too few requests for an interval"
	}
	return fmt.Sprintf("%d ratios are left out: too few requests for an interval", r.Left)
}

// paired are the ratios between targets.
func paired(a *analysis.Result) (r ratioRows) {
	for _, c := range a.Comparisons {
		r.add(ratioRow{c.A + " / " + c.B, c.Metric, c.Percentile, c.Ratio, ratioVerdict(c.Ratio, c.A, c.B)})
	}
	return r
}

// changed are the ratios to an earlier run.
func changed(a *analysis.Result) (r ratioRows) {
	for _, c := range a.Against.Changes {
		r.add(ratioRow{c.Target, c.Metric, c.Percentile, c.Ratio, ratioVerdict(c.Ratio, "now", "before")})
	}
	return r
}

// ratios writes them.
func (p *page) ratios(title string, r ratioRows) {
	if len(r.Rows)+r.Left == 0 {
		return
	}
	p.heading(title)
	var rows [][]string
	for _, row := range r.Rows {
		rows = append(rows, []string{row.Of, row.Metric, fmt.Sprintf("p%g", row.Percentile), ratioText(row.Ratio), row.Says})
	}
	if len(rows) > 0 {
		p.table("lllll", rows)
	}
	if text := r.Without(); text != "" {
		p.printf("  %s\n", text)
	}
}

// ratioVerdict says what a ratio with an interval shows.
func ratioVerdict(e stats.Estimate, a, b string) string {
	switch {
	case e.High < 1:
		return a + " is faster"
	case e.Low > 1:
		return b + " is faster"
	}
	return "no difference shown"
}

func ratioText(e stats.Estimate) string {
	return fmt.Sprintf("%.3g [%.3g, %.3g]", e.Value, e.Low, e.High)
}
