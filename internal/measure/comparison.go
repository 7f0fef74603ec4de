package measure

import (
	"slices"

	"fulcrum.dev/fulcrum/internal/random"
)

// Comparison is one target over another: below 1 the first one is faster.
type Comparison struct {
	A          string   `json:"a"`
	B          string   `json:"b"`
	Metric     string   `json:"metric"`
	Percentile float64  `json:"percentile"`
	Ratio      Estimate `json:"ratio"`
}

// compare adds the paired ratios of two targets.
func (a *Analysis) compare(x, y *TargetAnalysis, seed uint64) {
	for i, m := range metrics() {
		times, others := paired(x.rows, y.rows, i)
		if len(times.values) == 0 || len(others.values) == 0 || m.name == "connect" {
			continue // such as the first token of one that does not stream
		}
		for j, p := range []float64{50, 95} {
			a.Comparisons = append(a.Comparisons, Comparison{
				A: x.Name, B: y.Name, Metric: m.name, Percentile: p,
				Ratio: ratio(times, others, p, random.New(seed, random.Bootstrap, uint64(2*i+j))),
			})
		}
	}
}

// paired samples what two targets gave, by the round that it was in.
func paired(x, y *rows, metric int) (a, b *sample) {
	var rounds []int64
	for _, t := range []*rows{x, y} {
		for i := range t.answers(metric) {
			if r := t.round.at(i); len(rounds) == 0 || r != rounds[len(rounds)-1] {
				rounds = append(rounds, r)
			}
		}
	}
	slices.Sort(rounds)
	rounds = slices.Compact(rounds)
	width := clusterWidth(len(rounds))
	sampled := func(t *rows) *sample {
		s := newSample(len(t.measured))
		for i, d := range t.answers(metric) {
			place, _ := slices.BinarySearch(rounds, t.round.at(i))
			s.add(d.Seconds(), place/width)
		}
		return s
	}
	a, b = sampled(x), sampled(y)
	sortPaired(a, b)
	return a, b
}
