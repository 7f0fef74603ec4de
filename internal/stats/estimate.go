package stats

import (
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bootstrap parameters.
const (
	// Confidence is the confidence level of every interval.
	Confidence = 0.95
	// resamples is how many times a statistic is recomputed: the ends of the interval then lie within 0.7 % of their
	// probability, one standard error.
	resamples = 1000
	// maxClusters bounds the number of blocks. Blocks should be longer than the correlation of the series, and there should be many.
	maxClusters = 100
	// minClusters is the number of clusters below which an interval means nothing.
	minClusters = 10
	// minBeyond is how many observations must lie on either side of a percentile: with fewer, resampling cannot see how
	// far the tail reaches. For exponential times, 92 % of the p95 intervals contain the true value with 10 beyond it, and 87 %
	// with 5; so do those of its ratio to a target whose times hardly vary.
	minBeyond = 10
)

// Estimate is a figure with its interval at Confidence.
type Estimate struct {
	Value float64 `json:"value"`
	// HasInterval is false if there were too few observations; Lacks then says in words what is needed.
	HasInterval bool    `json:"hasInterval"`
	Lacks       string  `json:"lacks,omitempty"`
	Low         float64 `json:"low,omitempty"`
	High        float64 `json:"high,omitempty"`
	// Count is the number of observations behind it.
	Count int `json:"count"`
}

// ends returns the interval that contains the middle share Confidence of the results.
func ends(results []float64) (low, high float64) {
	slices.Sort(results)
	cut := (1 - Confidence) / 2 * float64(len(results))
	last := len(results) - 1
	return results[min(last, int(cut))], results[max(0, last-int(cut))]
}

// Share estimates a share of count by the interval of C. Clopper and E. Pearson ("The Use of Confidence or Fiducial Limits",
// Biometrika 26(4), 1934), which is valid for any number of observations, even if none of them counts.
func Share(hits, count int) Estimate {
	e := Estimate{Count: count}
	if count == 0 {
		return e
	}
	n, k := float64(count), float64(hits)
	e.Value, e.HasInterval, e.High = k/n, true, 1
	if hits > 0 {
		e.Low = distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile((1 - Confidence) / 2)
	}
	if hits < count {
		e.High = distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile((1 + Confidence) / 2)
	}
	return e
}
