package analysis

import (
	"slices"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Comparison is one target over another: below 1 the first one is faster.
type Comparison struct {
	A          string         `json:"a"`
	B          string         `json:"b"`
	Metric     string         `json:"metric"`
	Percentile float64        `json:"percentile"`
	Ratio      stats.Estimate `json:"ratio"`
}

// compare adds the paired ratios of two targets.
func (a *Result) compare(x, y *Target, seed uint64) {
	for i, m := range record.Metrics() {
		times, others := paired(x.rows, y.rows, m)
		if times.Len() == 0 || others.Len() == 0 || m == record.Connect {
			continue // such as the first token of one that does not stream
		}
		for j, p := range []float64{50, 95} {
			a.Comparisons = append(a.Comparisons, Comparison{
				A: x.Name, B: y.Name, Metric: m.String(), Percentile: p,
				Ratio: stats.PairedRatio(times, others, p, random.New(seed, random.Bootstrap, uint64(2*i+j))),
			})
		}
	}
}

// paired samples what two targets gave, by the round that it was in.
func paired(x, y *record.Rows, m record.Metric) (a, b *stats.Sample) {
	var rounds []int64
	for _, t := range []*record.Rows{x, y} {
		for i := range t.Answers(m) {
			if r := t.Round(i); len(rounds) == 0 || r != rounds[len(rounds)-1] {
				rounds = append(rounds, r)
			}
		}
	}
	slices.Sort(rounds)
	rounds = slices.Compact(rounds)
	width := stats.ClusterWidth(len(rounds))
	sampled := func(t *record.Rows) *stats.Sample {
		s := stats.NewSample(len(t.Measured))
		for i, d := range t.Answers(m) {
			place, _ := slices.BinarySearch(rounds, t.Round(i))
			s.Add(d.Seconds(), place/width)
		}
		return s
	}
	return sampled(x), sampled(y)
}
