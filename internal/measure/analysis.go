package measure

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/stats"
)

// AnalysisVersion is the schema version of an Analysis.
const AnalysisVersion = "fulcrum.dev/measurement/v1alpha1"

// Analysis is what a log says. Times are in seconds unless they say otherwise.
type Analysis struct {
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
	Gate     Gate          `json:"gate"`
	Gated    float64       `json:"gated"`

	Targets []TargetAnalysis `json:"targets"`
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

// Analyse turns a log into figures. The seed is that of the bootstrap: the same log and seed give the same bytes.
func Analyse(l *Log, seed uint64) *Analysis { return l.Sheet().Analyse(seed) }

// Analyse turns a sheet into figures, the same as those of the whole log.
func (s *Sheet) Analyse(seed uint64) *Analysis {
	h := s.header
	a := &Analysis{
		SchemaVersion: AnalysisVersion, Suite: h.Suite, SuiteHash: h.SuiteHash, Tool: h.Tool, Start: h.Start, Load: h.Load,
		Closed: h.Closed, Requests: s.requests, Gate: h.Gate,
	}
	a.ended(s)
	a.gate(s)
	a.split(s, seed)
	for i := range a.Targets {
		for j := range a.Targets[:i] {
			if a.Targets[i].Group != a.Targets[j].Group {
				continue
			}
			a.compare(&a.Targets[j], &a.Targets[i], random.Derive(seed, uint64(1000+len(a.Comparisons))))
		}
	}
	a.judge(h.Thresholds, seed)
	a.draw(s)
	return a
}

// Invalid says why a log measures the client rather than its targets; "" when it does not.
func Invalid(l *Log) string {
	a := Analysis{Closed: l.Header.Closed, Gate: l.Header.Gate}
	a.gate(l.Sheet())
	return a.Invalid
}

// ended says how the run ended.
func (a *Analysis) ended(s *Sheet) {
	a.Elapsed = s.last.Seconds()
	switch e := s.end; {
	case e != nil:
		a.Complete, a.Reason, a.Elapsed, a.Examples = e.Complete, e.Reason, e.Elapsed.Seconds(), e.Examples
	default:
		a.Reason = "the log breaks off: the program did not end by itself"
	}
	if s.dropped > 0 {
		a.warn("%d bytes at the end of the log could not be read: %s", s.dropped, s.damage)
	}
	if a.Closed {
		a.warn("closed loop: while the target is slow, less is sent, so that the latencies leave out what other callers would have met")
	}
}

func (a *Analysis) warn(format string, args ...any) {
	a.Warnings = append(a.Warnings, fmt.Sprintf(format, args...))
}

// gate holds the lateness of all that was sent against the gate.
func (a *Analysis) gate(s *Sheet) {
	hist := stats.NewHistogram()
	late := newSample(int(s.requests))
	for d := range s.lateness() {
		hist.Record(d)
		late.add(d.Seconds(), 0)
	}
	a.Lateness = hist.Summary()
	late.sort()
	switch {
	case len(late.values) == 0 && len(s.coldStarts)+len(s.keepAlives) == 0:
		a.Invalid = "no request was sent"
	case !a.Closed && a.Gate.Most > 0 && len(late.values) > 1:
		percentile, what := gated(a.Gate.Percentile, len(late.values))
		a.Gated = late.weighted(percentile, []int32{1})
		if a.Gated > a.Gate.Most.Seconds() {
			a.Invalid = fmt.Sprintf("the client sent late: %s is %s, above the gate of %s: lower the rate, or use a faster or less busy machine",
				what, time.Duration(a.Gated*1e9).Round(time.Microsecond), a.Gate.Most)
		}
	}
	a.Valid = a.Invalid == ""
}

// GatesFew says that the requests are so few that the gate leaves the latest out.
func (a *Analysis) GatesFew() bool {
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
