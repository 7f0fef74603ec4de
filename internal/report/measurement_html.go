package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
)

//go:embed measurement.html.tmpl
var measurementTemplate string

// MeasurementHTML writes the same as Measurement with plots: one page that needs nothing else, for light and dark screens
// and for paper. Whatever a target said is text in it and nothing more.
func MeasurementHTML(w io.Writer, a *analysis.Result) error {
	t, err := template.New("measurement").Funcs(template.FuncMap{
		"time": timeText, "interval": interval, "share": shareInterval, "kinds": kindsText, "ratio": ratioText, "class": targetClass,
		"spread": spreadText, "starts": startsText, "reason": reasonText, "startNotes": startNotes, "observers": observersText, "observed": observed, "unobserved": unobservedText, "keepAlive": keepAliveText, "parts": partTexts,
		"date": func(t time.Time) string { return t.Format(time.RFC3339) },
	}).Parse(measurementTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, measurementPage{Result: a})
}

// measurementPage is what the template reads.
type measurementPage struct{ *analysis.Result }

// Outcome is the first thing to know, in a word that is also a class.
func (m measurementPage) Outcome() string {
	switch {
	case !m.Valid:
		return "invalid"
	case m.Verdict != "":
		return string(m.Verdict)
	case !m.Complete:
		return "incomplete"
	}
	return "measured"
}

// Because says why, in a line.
func (m measurementPage) Because() string {
	counts := map[analysis.Verdict]int{}
	for _, j := range m.Thresholds {
		counts[j.Verdict]++
	}
	switch {
	case !m.Valid:
		return m.Invalid
	case len(m.Unanswered) > 0:
		return unansweredText(m.Result)
	case len(m.Thresholds) == 0:
		return "There are no thresholds to judge it by."
	}
	return fmt.Sprintf("Of %d thresholds %d pass, %d fail and %d are inconclusive.", len(m.Thresholds), counts[analysis.Pass], counts[analysis.Fail], counts[analysis.Inconclusive])
}

// Got is what a threshold was held against.
func (measurementPage) Got(j analysis.Judgement) string {
	if j.Metric == record.MetricErrors {
		return shareInterval(j.Estimate)
	}
	return interval(j.Estimate)
}

// Plots over time and of distributions; those that would be empty are left out.
func (m measurementPage) LatencyPlot() *plot  { return latencyPlot(m.Result) }
func (m measurementPage) LatenessPlot() *plot { return latenessPlot(m.Result) }

// DistributionPlots are of latency and, where there are tokens, of the time to the first.
func (m measurementPage) DistributionPlots() (list []*plot) {
	for _, metric := range []string{"latency", "timeToFirstToken"} {
		if p := distributionPlot(m.Result, metric); p != nil {
			list = append(list, p)
		}
	}
	return list
}

// EndsPlots are one for each target.
func (m measurementPage) EndsPlots() (list []*plot) {
	for i := range m.Targets {
		if p := endsPlot(m.Result, i); p != nil {
			list = append(list, p)
		}
	}
	return list
}

// StartPlot and KeepAlivePlot are of one target.
func (measurementPage) StartPlot(t analysis.Target) *plot { return startPlot(&t) }

func (measurementPage) KeepAlivePlot(t analysis.Target) *plot {
	return keepAlivePlot(t.Name, t.KeepAlive)
}

// Paired and Changed are the ratios between targets, and to an earlier run.
func (m measurementPage) Paired() ratioRows { return paired(m.Result) }

// Changed is for a page with an earlier run.
func (m measurementPage) Changed() ratioRows { return changed(m.Result) }

// ratioTable is what the page has of some ratios.
type ratioTable struct {
	ratioRows
	title, Head string
}

// RatioTable names some ratios, and the head of their column.
func (measurementPage) RatioTable(title, head string, r ratioRows) ratioTable {
	return ratioTable{r, title, head}
}

// Plot draws them.
func (t ratioTable) Plot() *plot { return ratioPlot(t.title, t.Rows) }

// StartsTable has the cold starts of several targets side by side.
func (m measurementPage) StartsTable() [][]string { return startsTable(m.Result) }

// HasColdStarts says whether there is anything to say about them.
func (m measurementPage) HasColdStarts() bool {
	for i := range m.Targets {
		if t := &m.Targets[i]; t.Mixture != nil || t.ColdStarts != nil || len(t.KeepAlive) > 0 {
			return true
		}
	}
	return false
}
