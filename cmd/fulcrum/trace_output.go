package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/report"
	"fulcrum.dev/fulcrum/internal/workload"
)

// descriptionSchema names the form of `fulcrum trace describe -o json`.
const descriptionSchema = "fulcrum.dev/trace-description/v1alpha1"

// descriptionDocument is a description for programs. Figures that the trace cannot tell are null.
type descriptionDocument struct {
	SchemaVersion string `json:"schemaVersion"`
	Trace         string `json:"trace"`
	Format        string `json:"format"`
	Rows          int64  `json:"rows"`
	BadRows       int64  `json:"badRows"`
	Requests      int64  `json:"requests"`
	// SpanSeconds is the time covered; GapSeconds the part of it without data, which the figures leave out;
	// ResolutionSeconds how coarse the recorded times are, 0 when each request has its own.
	SpanSeconds       float64 `json:"spanSeconds"`
	GapSeconds        float64 `json:"gapSeconds"`
	ResolutionSeconds float64 `json:"resolutionSeconds"`
	// RatePerSecond is the mean.
	RatePerSecond float64 `json:"ratePerSecond"`
	// PeakToMean has the length of the windows as keys.
	PeakToMean        map[string]*float64       `json:"peakToMean"`
	InterArrivalCV    *float64                  `json:"interArrivalCV"`
	ClientCV          *float64                  `json:"clientCV,omitempty"`
	IndexOfDispersion *float64                  `json:"indexOfDispersion60s"`
	IdleMinutesShare  *float64                  `json:"idleMinutesShare"`
	InputTokens       *workload.SizeDescription `json:"inputTokens"`
	OutputTokens      *workload.SizeDescription `json:"outputTokens"`
	WorkSeconds       *workload.SizeDescription `json:"workSeconds"`
	Notes             []string                  `json:"notes"`
}

func writeDescriptionRecord(w io.Writer, output string, d workload.Description) error {
	document := descriptionDocument{
		SchemaVersion: descriptionSchema, Trace: d.Info.Name, Format: d.Info.Format,
		Rows: d.Info.Rows, BadRows: d.Info.BadRows, Requests: d.Requests,
		SpanSeconds: d.Info.Span.Seconds(), GapSeconds: d.Gaps.Seconds(), ResolutionSeconds: d.Info.Resolution.Seconds(),
		RatePerSecond: d.Rate, PeakToMean: map[string]*float64{}, InterArrivalCV: d.CV, ClientCV: d.ClientCV,
		IndexOfDispersion: d.Dispersion, IdleMinutesShare: d.IdleMinutes,
		InputTokens: d.Input, OutputTokens: d.Output, WorkSeconds: d.Work, Notes: append([]string{}, d.Info.Notes...),
	}
	for _, p := range d.Peaks {
		document.PeakToMean[unit.Duration(p.Window).String()] = p.Ratio
	}
	if output == "yaml" {
		return report.YAML(w, document)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(document)
}

// writeDescription writes a description for people.
func writeDescription(w io.Writer, d workload.Description) error {
	var b strings.Builder
	line := func(name, format string, values ...any) {
		fmt.Fprintf(&b, "%-12s "+format+"\n", append([]any{name}, values...)...)
	}
	line("trace", "%s (%s)", d.Info.Name, d.Info.Format)
	line("rows", "%s read, %s unreadable", humanize.Comma(d.Info.Rows), humanize.Comma(d.Info.BadRows))
	line("requests", "%s", humanize.Comma(d.Requests))
	line("span", "%s", spanText(d.Info.Span))
	if d.Gaps > 0 {
		line("gaps", "%s without data, left out of the figures", spanText(d.Gaps))
	}
	line("mean rate", "%s/s", figure(&d.Rate, 5))
	for i, p := range d.Peaks {
		name := ""
		if i == 0 {
			name = "peak/mean"
		}
		line(name, "%-8s over %s", fixed(p.Ratio, 2), unit.Duration(p.Window))
	}
	line("variation", "%-8s CV of inter-arrival times", fixed(d.CV, 3))
	if d.ClientCV != nil {
		line("", "%-8s within clients, mean weighted by rate", fixed(d.ClientCV, 3))
	}
	line("dispersion", "%-8s variance/mean of counts per minute (Poisson: 1)", fixed(d.Dispersion, 2))
	idle := "-"
	if d.IdleMinutes != nil {
		idle = strconv.FormatFloat(*d.IdleMinutes*100, 'f', 1, 64) + "%"
	}
	line("idle", "%-8s of minutes without a request", idle)
	writeSizes(&b, d)
	writeNotes(&b, d.Info.Notes)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeSizes(b *strings.Builder, d workload.Description) {
	if d.Input == nil && d.Output == nil && d.Work == nil {
		return
	}
	b.WriteByte('\n')
	const row = "%-13s %10s %9s %9s %9s %9s\n"
	fmt.Fprintf(b, row, "size", "mean", "p50", "p95", "p99", "max")
	for _, of := range []struct {
		name   string
		size   *workload.SizeDescription
		digits int
	}{{"input tokens", d.Input, 0}, {"output tokens", d.Output, 0}, {"work, s", d.Work, 3}} {
		if s := of.size; s != nil {
			fmt.Fprintf(b, row, of.name, fixed(&s.Mean, max(1, of.digits)),
				fixed(&s.P50, of.digits), fixed(&s.P95, of.digits), fixed(&s.P99, of.digits), fixed(&s.Max, of.digits))
		}
	}
}

func writeNotes(b *strings.Builder, notes []string) {
	if len(notes) == 0 {
		return
	}
	b.WriteString("\nnotes\n")
	for _, note := range notes {
		fmt.Fprintf(b, "  - %s\n", note)
	}
}

// figure writes a number with so many significant digits, and "-" for none.
func figure(f *float64, digits int) string {
	if f == nil {
		return "-"
	}
	return strconv.FormatFloat(*f, 'g', digits, 64)
}

// fixed writes a number with so many digits after the point, and "-" for none.
func fixed(f *float64, digits int) string {
	if f == nil {
		return "-"
	}
	return strconv.FormatFloat(*f, 'f', digits, 64)
}

// spanText writes days from two days on, and below a duration to the second or the millisecond.
func spanText(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%.1f days", d.Hours()/24)
	}
	precision := time.Millisecond
	if d >= time.Minute {
		precision = time.Second
	}
	if rounded := d.Round(precision); rounded > 0 {
		d = rounded
	}
	return unit.Duration(d).String()
}
