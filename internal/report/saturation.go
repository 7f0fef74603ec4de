package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
)

// Saturation writes the highest rates, and the steps that led there.
func Saturation(w io.Writer, s *analysis.Saturation, style Style) error {
	p := &page{w: w, style: style}
	p.printf("%s\n", style.paint(bold, fmt.Sprintf("%s: the highest rate that meets the thresholds", s.Suite)))
	for i := range s.Targets {
		t := &s.Targets[i]
		p.heading(t.Name + ": " + saturationText(t, s))
		if len(t.Steps) == 0 {
			continue
		}
		rows := [][]string{{"rate", "try", "for", "requests", "came to"}}
		for _, step := range t.Steps {
			length := time.Duration(step.Duration * 1e9)
			rows = append(rows, []string{unit.Rate(step.Rate).String(), fmt.Sprint(step.Attempt), length.String(), fmt.Sprint(step.Requests), StepText(step)})
		}
		p.table("rrrrl", rows)
	}
	return p.err
}

func saturationText(t *analysis.TargetSaturation, s *analysis.Saturation) string {
	rate, beyond := unit.Rate(t.Rate), unit.Rate(t.Beyond)
	switch t.Outcome {
	case analysis.Found:
		return fmt.Sprintf("%s passes, %s does not", rate, beyond)
	case analysis.AtLeast:
		return fmt.Sprintf("at least %s, the highest rate that may be tried", rate)
	case analysis.NonePass:
		return fmt.Sprintf("none: even %s does not pass", beyond)
	case analysis.ByOwn:
		if t.Rate == 0 {
			return "the client is the limit: it sent late at the first rate already"
		}
		return fmt.Sprintf("at least %s; the client is the limit beyond", rate)
	}
	if t.Rate == 0 {
		return "interrupted before a rate passed"
	}
	return fmt.Sprintf("at least %s; interrupted", rate)
}

// StepText says what came of a step: the verdict, and what each threshold was held against.
func StepText(s analysis.SaturationStep) string {
	if s.Invalid != "" {
		return "invalid: " + s.Invalid
	}
	parts := []string{string(s.Verdict)}
	for _, j := range s.Thresholds {
		got := interval(j.Estimate)
		if j.Metric == record.MetricErrors {
			got = shareInterval(j.Estimate)
		}
		parts = append(parts, fmt.Sprintf("%s: %s", j.String(), got))
	}
	return strings.Join(parts, "; ")
}
