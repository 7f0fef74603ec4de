package stats

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"fulcrum.dev/fulcrum/internal/random"
)

// Sample is a set of observations, each in a cluster: clusters, not single observations, are
// what the bootstrap draws. The estimating methods sort it; a Sample is for one goroutine.
type Sample struct {
	values   []observation
	isSorted bool
	clusters int
	// sizes is how many observations each cluster has; before is how many of them lie before each stretch of partSize
	// sorted values, so that a resample finds its stretch by bisection and looks at the values of that one alone.
	sizes  []int32
	before [][]int32
}

// partSize balances the values that a resample looks at with the memory for before.
const partSize = 256

type observation struct {
	value   float64
	cluster int32
}

// NewSample returns an empty sample with room for size observations.
func NewSample(size int) *Sample { return &Sample{values: make([]observation, 0, size)} }

// Blocks returns a sample of a series in time order, cut into blocks of neighbours: requests that follow each other
// share a queue, so they are not independent observations.
func Blocks(series []float64) *Sample {
	s := NewSample(len(series))
	width := ClusterWidth(len(series))
	for i, x := range series {
		s.Add(x, i/width)
	}
	return s
}

// ClusterWidth is the number of neighbours, of n observations or rounds, in one cluster.
func ClusterWidth(n int) int { return max(1, (n+maxClusters-1)/maxClusters) }

// Len is the number of observations.
func (s *Sample) Len() int { return len(s.values) }

// Add adds an observation to a cluster, counted from 0.
func (s *Sample) Add(x float64, cluster int) {
	s.isSorted = false
	s.values = append(s.values, observation{x, int32(cluster)})
	s.clusters = max(s.clusters, cluster+1)
}

// sort prepares the sample for weighted.
func (s *Sample) sort() {
	if s.isSorted {
		return
	}
	s.isSorted, s.before = true, nil
	slices.SortFunc(s.values, func(a, b observation) int {
		return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.cluster, b.cluster))
	})
	s.sizes = make([]int32, s.clusters)
	for part := range slices.Chunk(s.values, partSize) {
		s.before = append(s.before, slices.Clone(s.sizes))
		for _, o := range part {
			s.sizes[o.cluster]++
		}
	}
}

// Percentile estimates the p-th percentile, from 0 to 100, with an interval.
//
// The interval comes from a bootstrap that draws whole clusters. For Blocks that is the block bootstrap (H. R. Künsch,
// "The Jackknife and the Bootstrap for General Stationary Observations", Annals of Statistics 17(3), 1989), here with up
// to 100 blocks that do not overlap.
func (s *Sample) Percentile(p float64, rng *rand.Rand) Estimate {
	s.sort()
	e := Estimate{Count: len(s.values)}
	if len(s.values) == 0 {
		return e
	}
	e.Value = s.weighted(p, ones(s.clusters))
	if e.Lacks = s.lacks(p); e.Lacks != "" {
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

// lacks says what the sample still needs for the interval of a percentile; "" if nothing.
func (s *Sample) lacks(p float64) string {
	if n := MinCount(p); len(s.values) < n {
		return fmt.Sprintf("p%g takes %d answers, there are %d", p, n, len(s.values))
	}
	if s.clusters < minClusters {
		return fmt.Sprintf("it takes %d rounds, there are %d", minClusters, s.clusters)
	}
	return ""
}

// MinCount is the minimum number of observations for an interval of the p-th percentile.
func MinCount(p float64) int {
	return int(math.Ceil(minBeyond/(min(p, 100-p)/100) - 1e-9))
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

// weighted returns the p-th percentile (random.Rank) of the sorted observations, where each counts as often as its
// cluster was drawn; NaN when none was.
func (s *Sample) weighted(p float64, times []int32) float64 {
	total := dot(s.sizes, times)
	if total == 0 {
		return math.NaN()
	}
	rank := int64(random.Rank(p/100, int(total)))
	next := sort.Search(len(s.before), func(i int) bool { return dot(s.before[i], times) >= rank })
	part := next - 1 // nothing lies before the first one
	rank -= dot(s.before[part], times)
	for _, o := range s.values[part*partSize:] {
		if rank -= int64(times[o.cluster]); rank <= 0 {
			return o.value
		}
	}
	return s.values[len(s.values)-1].value
}

// dot multiplies counts by how often each cluster was drawn; times may know more clusters.
func dot(counts, times []int32) int64 {
	var sum int64
	for i, n := range counts {
		sum += int64(n) * int64(times[i])
	}
	return sum
}
