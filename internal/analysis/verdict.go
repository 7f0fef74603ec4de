package analysis

import (
	"math"

	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Verdict is what an interval says about a limit.
type Verdict string

// The verdicts.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	Inconclusive Verdict = "inconclusive"
)

// Judge compares an estimate with a limit: it passes when the whole interval is within, fails when all of it is beyond,
// and is inconclusive when the interval straddles the limit or there is none.
func Judge(e stats.Estimate, limit float64) Verdict {
	switch {
	case !e.HasInterval:
		return Inconclusive
	case e.High <= limit:
		return Pass
	case e.Low > limit:
		return Fail
	}
	return Inconclusive
}

// Needed is how many requests it takes before a threshold can pass: what an interval of the percentile takes, and for
// errors so many that none of them being wrong proves the share.
func Needed(t record.Threshold) int {
	if t.Metric == record.MetricErrors {
		if t.Max <= 0 || t.Max >= 1 {
			return 1
		}
		return int(math.Ceil(math.Log((1-stats.Confidence)/2) / math.Log(1-t.Max)))
	}
	return stats.MinCount(t.Percentile)
}
