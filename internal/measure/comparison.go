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
		rounds := roundsOf(m, x.records, y.records)
		if len(rounds) == 0 || m.name == "connect" {
			continue
		}
		for j, p := range []float64{50, 95} {
			a.Comparisons = append(a.Comparisons, Comparison{
				A: x.Name, B: y.Name, Metric: m.name, Percentile: p,
				Ratio: Ratio(rounds, p, random.New(seed, random.Bootstrap, uint64(2*i+j))),
			})
		}
	}
}

// roundsOf pairs what two targets gave in the same round.
func roundsOf(m metric, x, y []*Record) []Round {
	byNumber := map[int64]*Round{}
	var numbers []int64
	for side, records := range [][]*Record{x, y} {
		for _, r := range records {
			d, ok := m.of(r)
			if !ok || r.Kind != OK {
				continue
			}
			round := byNumber[r.Round]
			if round == nil {
				round = new(Round)
				byNumber[r.Round] = round
				numbers = append(numbers, r.Round)
			}
			if side == 0 {
				round.A = append(round.A, d.Seconds())
			} else {
				round.B = append(round.B, d.Seconds())
			}
		}
	}
	slices.Sort(numbers)
	rounds := make([]Round, 0, len(numbers))
	for _, n := range numbers {
		rounds = append(rounds, *byNumber[n])
	}
	return rounds
}
