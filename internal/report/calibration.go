package report

import (
	"fmt"
	"io"
	"strconv"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/calibrate"
)

// Calibration writes what was fitted to a run.
func Calibration(w io.Writer, c *v1alpha1.Calibration, style Style) error {
	p := &page{w: w, style: style}
	p.printf("%s: suite %s, %s\n", p.style.paint(bold, c.Metadata.Name), c.Spec.Run.Suite, c.Spec.Run.Date)
	for i := range c.Spec.Targets {
		p.calibrated(&c.Spec.Targets[i])
	}
	return p.err
}

func (p *page) calibrated(t *v1alpha1.CalibratedTarget) {
	p.heading(t.Name + ": " + t.Profile.Reference)
	p.printf("  %s\n", t.Fit.Method)
	var rows [][]string
	if b := t.Profile.Batched; b != nil {
		rows = append(rows, iterations(b)...)
		rows = append(rows, []string{"gamma, of each prompt token", b.Gamma.String()}, []string{"maxBatch", atLeast(b.MaxBatch, t.Profile.Range)},
			[]string{"beside the batch", besideText(t)},
			[]string{"fit", fmt.Sprintf("R2 %.4f, relative error %s in the median, %s at p95", t.Fit.RSquared, percent(t.Fit.MedianError), percent(t.Fit.P95Error))})
	}
	if f := t.Profile.Fixed; f != nil {
		rows = append(rows, []string{"duration", distributionText(f.Duration)})
		if f.PerInputToken > 0 {
			rows = append(rows, []string{"each input token", f.PerInputToken.String()})
		}
		rows = append(rows, []string{"concurrency", atLeast(f.Concurrency, t.Profile.Range)}, []string{"fit", fmt.Sprintf("KS distance %.3f", t.Fit.KS)})
	}
	p.table("ll", append(rows, p.started(t)...))
	p.printf("  measured with %s\n", rangeText(t.Profile.Range))
	p.predictions(t.Fit.Replay)
	for _, n := range t.Notes {
		p.item(p.style.paint(yellow, n))
	}
}

// iterations is the rows about how long an iteration lasts.
func iterations(b *v1alpha1.BatchedProfile) [][]string {
	if len(b.Iterations) == 0 {
		return [][]string{{"alpha, of an iteration", b.Alpha.String()}, {"beta, of each sequence", b.Beta.String()}}
	}
	var rows [][]string
	for _, it := range b.Iterations {
		rows = append(rows, []string{fmt.Sprintf("iteration of %d", it.Sequences), it.Time.String()})
	}
	return rows
}

// started is the rows about cold starts.
func (p *page) started(t *v1alpha1.CalibratedTarget) [][]string {
	var rows [][]string
	if t.Profile.StartUp != nil {
		rows = append(rows, []string{"start-up", distributionText(t.Profile.StartUp)})
	}
	c := t.ColdStart
	if c == nil {
		return rows
	}
	if c.Total != nil {
		rows = append(rows, []string{"cold start", fmt.Sprintf("%s, %d seen, %d confirmed", distributionText(c.Total), c.Count, c.Confirmed)})
	}
	for _, phase := range c.Phases {
		rows = append(rows, []string{"  " + phase.From + " to " + phase.To, fmt.Sprintf("%s (median of %d)", phase.Median, phase.Count)})
	}
	if c.Warm > 0 || c.Cold > 0 {
		rows = append(rows, []string{"keep-alive", fmt.Sprintf("warm after %s, cold after %s", c.Warm, c.Cold)})
	}
	return rows
}

func besideText(t *v1alpha1.CalibratedTarget) string {
	if t.Tail == 0 {
		return t.Overhead.String()
	}
	return fmt.Sprintf("%s, and %s after the last token", t.Overhead, t.Tail)
}

func atLeast(n int, r *v1alpha1.MeasuredRange) string {
	if r.Saturated {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d (the most that was tried)", n)
}

func distributionText(d *v1alpha1.DurationDistribution) string {
	switch {
	case d.Percentiles != nil:
		q := d.Percentiles
		return fmt.Sprintf("p50 %s, p95 %s, p99 %s, at most %s (empirical)", q.P50, q.P95, q.P99, q.P100)
	case d.CV == 0:
		return d.Mean.String()
	}
	return fmt.Sprintf("mean %s, cv %.3g (%s)", d.Mean, d.CV, d.Shape)
}

func rangeText(r *v1alpha1.MeasuredRange) string {
	return fmt.Sprintf("%d requests, up to %.4g/s, up to %d at once%s%s", r.Requests, r.Rate, r.InFlight,
		tokensText("in", r.Input), tokensText("out", r.Output))
}

func tokensText(name string, t *v1alpha1.TokenRange) string {
	if t == nil {
		return ""
	}
	return fmt.Sprintf(", %d to %d tokens %s", t.Least, t.Greatest, name)
}

func (p *page) predictions(list []v1alpha1.Prediction) {
	rows := [][]string{{"", "", "simulated", "measured", "off by"}}
	for _, x := range list {
		rows = append(rows, []string{x.Metric, fmt.Sprintf("p%g", x.Percentile), x.Predicted.String(), x.Measured.String(), fmt.Sprintf("%+.1f %%", 100*x.Error())})
	}
	p.table("llrrr", rows)
}

// Backtests writes predictions beside measurements, and whether they are within a share of them.
func Backtests(w io.Writer, list []*calibrate.Backtest, within float64, style Style) error {
	p := &page{w: w, style: style}
	for _, b := range list {
		p.printf("%s\n  %d requests: %s\n", p.style.paint(bold, b.Target+" against "+b.Against), b.Requests, b.Load)
		p.predictions(b.Predictions)
		verdict := p.style.paint(green, "within")
		if b.Worst > within {
			verdict = p.style.paint(red, "NOT within")
		}
		p.printf("  p50 and p95 are off by at most %s: %s %s\n", percent(b.Worst), verdict, percent(within))
	}
	return p.err
}
