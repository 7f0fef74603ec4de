package record

import (
	"fmt"
	"time"
)

// Gate is how late the client may send before what it measures is its own delay: a percentile of the lateness, in percent.
type Gate struct {
	Percentile float64       `json:"percentile"`
	Max        time.Duration `json:"mostNanoseconds"`
}

// Threshold is a limit for one figure of one target, or of all.
type Threshold struct {
	// Target is a target's name; "" is every target.
	Target string `json:"target,omitempty"`
	// Metric is the name of a Metric, or MetricErrors.
	Metric string `json:"metric"`
	// Percentile is in percent; 0 for errors.
	Percentile float64 `json:"percentile,omitempty"`
	// Max is in seconds; for errors a share.
	Max float64 `json:"most"`
}

// String writes the limit as people say it.
func (t Threshold) String() string {
	if t.Metric == MetricErrors {
		return fmt.Sprintf("errors <= %.4g %%", t.Max*100)
	}
	return fmt.Sprintf("%s p%g <= %s", t.Metric, t.Percentile, time.Duration(t.Max*1e9))
}
