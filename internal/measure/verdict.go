package measure

import (
	"fmt"
	"math"
	"time"
)

// Verdict is what an interval says about a limit.
type Verdict string

// The verdicts.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	Inconclusive Verdict = "inconclusive"
)

// Gate is how late the client may send before what it measures is its own delay: a percentile of the lateness, in percent.
type Gate struct {
	Percentile float64       `json:"percentile"`
	Most       time.Duration `json:"mostNanoseconds"`
}

// Threshold is a limit for one figure of one target, or of all.
type Threshold struct {
	// Target is a target's name; "" is every target.
	Target string `json:"target,omitempty"`
	// Metric is one of Metrics, or errors.
	Metric string `json:"metric"`
	// Percentile is in percent; 0 for errors.
	Percentile float64 `json:"percentile,omitempty"`
	// Most is in seconds; for errors a share.
	Most float64 `json:"most"`
}

// String writes the limit as people say it.
func (t Threshold) String() string {
	if t.Metric == MetricErrors {
		return fmt.Sprintf("errors <= %.4g %%", t.Most*100)
	}
	return fmt.Sprintf("%s p%g <= %s", t.Metric, t.Percentile, time.Duration(t.Most*1e9))
}

// Judge compares an estimate with a limit: it passes when the whole interval is within, fails when all of it is beyond,
// and is inconclusive when the interval straddles the limit or there is none.
func Judge(e Estimate, most float64) Verdict {
	switch {
	case !e.HasInterval:
		return Inconclusive
	case e.High <= most:
		return Pass
	case e.Low > most:
		return Fail
	}
	return Inconclusive
}

// Needed is how many requests it takes before a threshold can pass: what an interval of the percentile takes, and for
// errors so many that none of them being wrong proves the share.
func Needed(t Threshold) int {
	if t.Metric == MetricErrors {
		if t.Most <= 0 || t.Most >= 1 {
			return 1
		}
		return int(math.Ceil(math.Log((1-Confidence)/2) / math.Log(1-t.Most)))
	}
	return neededFor(t.Percentile)
}
