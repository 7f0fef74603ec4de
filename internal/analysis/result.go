package analysis

import (
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Version is the schema version of a Result.
const Version = "fulcrum.dev/measurement/v1alpha1"

// Result is what a log says. Times are in seconds unless they say otherwise.
type Result struct {
	SchemaVersion string    `json:"schemaVersion"`
	Suite         string    `json:"suite"`
	SuiteHash     string    `json:"suiteHash"`
	Tool          string    `json:"tool"`
	Start         time.Time `json:"start"`
	Load          string    `json:"load"`
	Closed        bool      `json:"closed,omitempty"`
	// Complete says that the whole schedule was sent; otherwise Reason says why not.
	Complete bool    `json:"complete"`
	Reason   string  `json:"reason,omitempty"`
	Elapsed  float64 `json:"elapsed"`
	Requests int64   `json:"requests"`
	// Valid is false when the client itself was too slow to measure; Invalid says by what.
	Valid   bool   `json:"valid"`
	Invalid string `json:"invalid,omitempty"`
	// Lateness is of all requests that were sent; Gate is what it was held against, and Gated what it came to, of few requests
	// without the largest.
	Lateness stats.Summary `json:"lateness"`
	Gate     record.Gate   `json:"gate"`
	Gated    float64       `json:"gated"`

	Targets []Target `json:"targets"`
	// Curves are of the client, for plots.
	Curves      Curves       `json:"curves"`
	Comparisons []Comparison `json:"comparisons,omitempty"`
	Thresholds  []Judgement  `json:"thresholds,omitempty"`
	Against     *Earlier     `json:"against,omitempty"`
	// Unanswered are the targets that gave not one right answer.
	Unanswered []string `json:"unanswered,omitempty"`
	// Verdict is fail when a threshold fails or a target is unanswered, else inconclusive when a threshold is or when the run is
	// not complete, else pass; "" when nothing is to be judged, or when invalid.
	Verdict  Verdict  `json:"verdict,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	// Examples is the message of one failure of each kind.
	Examples map[string]string `json:"examples,omitempty"`
}

// Of turns a log into figures. The seed is that of the bootstrap.
func Of(c *record.Columns, seed uint64) *Result {
	h := c.Header
	a := &Result{
		SchemaVersion: Version, Suite: h.Suite, SuiteHash: h.SuiteHash, Tool: h.Tool, Start: h.Start, Load: h.Load,
		Closed: h.Closed, Requests: c.Requests, Gate: h.Gate,
	}
	a.ended(c)
	a.gate(c)
	a.split(c, seed)
	for i := range a.Targets {
		for j := range a.Targets[:i] {
			if a.Targets[i].Group != a.Targets[j].Group {
				continue
			}
			a.compare(&a.Targets[j], &a.Targets[i], random.Derive(seed, uint64(1000+len(a.Comparisons))))
		}
	}
	a.judge(h.Thresholds, seed)
	a.draw(c)
	return a
}

// Invalid says why a log measures the client rather than its targets; "" when it does not.
func Invalid(c *record.Columns) string {
	a := Result{Closed: c.Header.Closed, Gate: c.Header.Gate}
	a.gate(c)
	return a.Invalid
}

// ended says how the run ended.
func (a *Result) ended(c *record.Columns) {
	a.Elapsed = c.Last.Seconds()
	switch e := c.End; {
	case e != nil:
		a.Complete, a.Reason, a.Elapsed, a.Examples = e.Complete, e.Reason, e.Elapsed.Seconds(), e.Examples
	default:
		a.Reason = "the log breaks off: the program did not end by itself"
	}
	if c.Dropped > 0 {
		a.warn("%d bytes at the end of the log could not be read: %s", c.Dropped, c.Damage)
	}
	if a.Closed {
		a.warn("closed loop: while the target is slow, less is sent, so that the latencies leave out what other callers would have met")
	}
}

func (a *Result) warn(format string, args ...any) {
	a.Warnings = append(a.Warnings, fmt.Sprintf(format, args...))
}

// gate holds the lateness of all that was sent against the gate.
func (a *Result) gate(c *record.Columns) {
	histogram := stats.NewHistogram()
	late := make([]float64, 0, c.Requests)
	for _, d := range c.Lateness() {
		histogram.Record(d)
		late = append(late, d.Seconds())
	}
	a.Lateness = histogram.Summary()
	slices.Sort(late)
	switch {
	case len(late) == 0 && len(c.ColdStarts)+len(c.KeepAlives) == 0:
		a.Invalid = "no request was sent"
	case !a.Closed && a.Gate.Max > 0 && len(late) > 1:
		percentile, what := gated(a.Gate.Percentile, len(late))
		a.Gated = stats.NearestRank(late, percentile/100)
		if a.Gated > a.Gate.Max.Seconds() {
			a.Invalid = fmt.Sprintf("the client sent late: %s is %s, above the gate of %s: lower the rate, or use a faster or less busy machine",
				what, time.Duration(a.Gated*1e9).Round(time.Microsecond), a.Gate.Max)
		}
	}
	a.Valid = a.Invalid == ""
}

// GatesFew says that the requests are so few that the gate leaves the latest out.
func (a *Result) GatesFew() bool {
	if a.Lateness.Count == 0 {
		return false
	}
	percentile, _ := gated(a.Gate.Percentile, int(a.Lateness.Count))
	return percentile < a.Gate.Percentile
}

// gated is the percentile of n latenesses that the gate holds for, in words too. It leaves out the largest: a percentile of
// few is their maximum, so that the first connection alone would make a small run invalid.
func gated(percentile float64, n int) (float64, string) {
	if most := 100 * float64(n-1) / float64(n); percentile > most {
		return most, fmt.Sprintf("the second largest lateness of %d requests", n)
	}
	return percentile, fmt.Sprintf("p%g of its lateness", percentile)
}
