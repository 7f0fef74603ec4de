package plan

import (
	"context"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/workload"
)

// Traffic says what a plan was made for.
type Traffic struct {
	Name     string        `json:"name"`
	Format   string        `json:"format"`
	Span     unit.Duration `json:"span"`
	Requests int64         `json:"requests"`
	Rate     unit.Rate     `json:"rate"`
	// PeakSecond and PeakMinute are the busiest such window over the mean; nil where the traffic cannot tell.
	PeakSecond *float64 `json:"peakToMeanSecond,omitempty"`
	PeakMinute *float64 `json:"peakToMeanMinute,omitempty"`
	// knownPeak is that of the shortest windows that the traffic can tell it of; nil where there are none.
	knownPeak *float64
	// IdleMinutes is the share of minutes without a request.
	IdleMinutes *float64 `json:"idleMinutes,omitempty"`
	// Input and Output are tokens, Work seconds.
	Input  *workload.SizeDescription `json:"inputTokens,omitempty"`
	Output *workload.SizeDescription `json:"outputTokens,omitempty"`
	Work   *workload.SizeDescription `json:"work,omitempty"`
	Notes  []string                  `json:"notes,omitempty"`
	// MonthFactor is how often the span fits into a billing month of 730 h.
	MonthFactor float64 `json:"monthFactor"`
	// Searched says on which part of the traffic sizes were searched; "" is all of it.
	Searched string `json:"searched,omitempty"`
}

func describe(ctx context.Context, w workload.Workload) (Traffic, error) {
	d, err := workload.Describe(ctx, w)
	if err != nil {
		return Traffic{}, err
	}
	t := Traffic{
		Name: d.Info.Name, Format: d.Info.Format, Span: unit.Duration(d.Info.Span), Requests: d.Requests, Rate: unit.Rate(d.Rate),
		IdleMinutes: d.IdleMinutes, Input: d.Input, Output: d.Output, Work: d.Work, Notes: d.Info.Notes,
		MonthFactor: float64(unit.Month) / float64(max(d.Info.Span, 1)),
	}
	for _, p := range d.Peaks {
		if t.knownPeak == nil {
			t.knownPeak = p.Ratio
		}
		switch p.Window {
		case time.Second:
			t.PeakSecond = p.Ratio
		case time.Minute:
			t.PeakMinute = p.Ratio
		}
	}
	return t, nil
}

// times is the traffic at a multiple of its rate.
func (t Traffic) times(factor float64) Traffic {
	t.Requests = int64(math.Round(float64(t.Requests) * factor))
	t.Rate = unit.Rate(float64(t.Rate) * factor)
	return t
}

// mean returns the mean of a size, 0 where the traffic has none.
func mean(s *workload.SizeDescription) float64 {
	if s == nil {
		return 0
	}
	return s.Mean
}

// defaultPeak stands in where the traffic cannot tell its peaks.
const defaultPeak = 10

// usualPeak is the busiest minute over the mean, or what comes nearest to it of what the traffic can tell.
func (t Traffic) usualPeak() float64 {
	if t.PeakMinute != nil {
		return peak(t.PeakMinute)
	}
	return peak(t.knownPeak)
}

func peak(ratio *float64) float64 {
	if ratio == nil {
		return defaultPeak
	}
	return max(1, *ratio)
}
