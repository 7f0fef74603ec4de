package measure

import (
	"math"
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
	// far the tail reaches.
	fewestBeyond = 10
)

// Estimate is a figure with its interval at Confidence.
type Estimate struct {
	Value float64 `json:"value"`
	// HasInterval is false when there were too few observations for one.
	HasInterval bool    `json:"hasInterval"`
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

// clustered cuts a series into blocks of neighbours.
func clustered(series []float64) *sample {
	s := newSample(len(series))
	length := max(1, int(math.Ceil(float64(len(series))/mostClusters)))
	for i, x := range series {
		s.add(x, i/length)
	}
	s.sort()
	return s
}

// sample is observations with the cluster that each was made in, sorted by size.
type sample struct {
	values   []observation
	clusters int
}

type observation struct {
	value   float64
	cluster int32
}

func newSample(size int) *sample { return &sample{values: make([]observation, 0, size)} }

func (s *sample) add(x float64, cluster int) {
	s.values = append(s.values, observation{x, int32(cluster)})
	s.clusters = max(s.clusters, cluster+1)
}

func (s *sample) sort() {
	slices.SortFunc(s.values, func(a, b observation) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return int(a.cluster - b.cluster)
	})
}

func (s *sample) percentile(p float64, rng *rand.Rand) Estimate {
	e := Estimate{Count: len(s.values)}
	if len(s.values) == 0 {
		return e
	}
	e.Value = s.weighted(p, ones(s.clusters))
	if !s.supports(p) {
		return e
	}
	results := make([]float64, 0, resamples)
	for range resamples {
		if x := s.weighted(p, draw(s.clusters, rng)); !math.IsNaN(x) {
			results = append(results, x)
		}
	}
	e.Low, e.High = ends(results)
	e.HasInterval = true
	return e
}

// supports reports whether the sample is large enough for an interval of a percentile.
func (s *sample) supports(p float64) bool {
	return s.clusters >= fewestClusters && float64(len(s.values))*min(p, 100-p)/100 >= fewestBeyond
}

// ones draws each of n clusters once.
func ones(n int) []int32 {
	times := make([]int32, n)
	for i := range times {
		times[i] = 1
	}
	return times
}

// draw returns how often each of n clusters comes when n are drawn with replacement.
func draw(n int, rng *rand.Rand) []int32 {
	times := make([]int32, n)
	for range n {
		times[rng.IntN(n)]++
	}
	return times
}

// weighted returns the smallest value that at least p percent of the observations do not exceed, where each counts as
// often as its cluster was drawn; NaN when none was.
func (s *sample) weighted(p float64, times []int32) float64 {
	var total int64
	for _, o := range s.values {
		total += int64(times[o.cluster])
	}
	if total == 0 {
		return math.NaN()
	}
	rank := max(1, int64(math.Ceil(p/100*float64(total)-1e-9)))
	for _, o := range s.values {
		if rank -= int64(times[o.cluster]); rank <= 0 {
			return o.value
		}
	}
	return s.values[len(s.values)-1].value
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
