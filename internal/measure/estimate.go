package measure

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bootstrap parameters.
const (
	// Confidence is that of every interval.
	Confidence = 0.95
	// resamples is how many times a statistic is recomputed: the ends of the interval then lie within 0.7 % of their
	// probability, one standard error.
	resamples = 1000
	// mostClusters bounds the blocks that are drawn. Blocks should be longer than the correlation of the series, and many.
	mostClusters = 100
	// fewestClusters is below what an interval means anything.
	fewestClusters = 10
	// fewestBeyond is how many observations must lie on either side of a percentile: with fewer, resampling cannot see how
	// far the tail reaches. Of exponential times, 92 % of the intervals of a p95 hold the truth with 10 beyond it, and 87 %
	// with 5; so do those of its ratio to a target whose times hardly vary.
	fewestBeyond = 10
)

// Estimate is a figure with its interval at Confidence.
type Estimate struct {
	Value float64 `json:"value"`
	// HasInterval is false when there were too few observations for one; Lacks says then what it takes, in words.
	HasInterval bool    `json:"hasInterval"`
	Lacks       string  `json:"lacks,omitempty"`
	Low         float64 `json:"low,omitempty"`
	High        float64 `json:"high,omitempty"`
	// Count is how many observations it rests on.
	Count int `json:"count"`
}

// Percentile estimates the p-th percentile (from 0 to 100) of a series in order of time.
//
// Its interval comes from a block bootstrap: neighbouring requests share a queue, so that they are drawn in blocks of
// neighbours (H. R. Künsch, "The Jackknife and the Bootstrap for General Stationary Observations", Annals of Statistics
// 17(3), 1989), here up to 100 blocks that do not overlap.
func Percentile(series []float64, p float64, rng *rand.Rand) Estimate {
	return clustered(series).percentile(p, rng)
}

// ends returns the interval that the middle share Confidence of the results lies in.
func ends(results []float64) (low, high float64) {
	slices.Sort(results)
	cut := (1 - Confidence) / 2 * float64(len(results))
	last := len(results) - 1
	return results[min(last, int(cut))], results[max(0, last-int(cut))]
}

// Share estimates a share of count by the interval of C. Clopper and E. Pearson ("The Use of Confidence or Fiducial Limits",
// Biometrika 26(4), 1934), which holds for any number of observations, also when none of them counts.
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
