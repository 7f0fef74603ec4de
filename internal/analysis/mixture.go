package analysis

import (
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Mixture tells apart what Target.Metrics has together: answers of cold starts, and of warm instances. Which are
// cold is known from the platform, so that one that it did not tell counts as warm.
type Mixture struct {
	// Cold is the share of right answers that met a cold start.
	Cold stats.Estimate `json:"cold"`
	// Metrics are those of the mixture that either part has.
	Metrics []MixtureMetric `json:"metrics"`
}

// MixtureMetric is one time of the two parts of a mixture.
type MixtureMetric struct {
	Metric string `json:"metric"`
	Cold   Part   `json:"cold"`
	Warm   Part   `json:"warm"`
}

// Part is the times of one part, in seconds.
type Part struct {
	stats.Spread
	P50 stats.Estimate `json:"p50"`
	P95 stats.Estimate `json:"p95"`
	P99 stats.Estimate `json:"p99"`
}

// mix fills in the mixture, if there is one.
func (t *Target) mix(seed uint64) {
	if t.Cold == 0 {
		return
	}
	t.Mixture = new(Mixture)
	cold := 0
	for _, row := range t.rows.Measured {
		if t.rows.Kind(int(row)) == record.OK && t.rows.Cold(int(row)) {
			cold++
		}
	}
	t.Mixture.Cold = stats.Share(cold, int(t.Kinds[record.OK]))
	for i, m := range record.Metrics() {
		parts := [2][]float64{}
		for row, d := range t.rows.Answers(m) {
			is := 0
			if t.rows.Cold(row) {
				is = 1
			}
			parts[is] = append(parts[is], d.Seconds())
		}
		if len(parts[0])+len(parts[1]) == 0 {
			continue
		}
		made := [2]Part{}
		for is, xs := range parts {
			s, rng := stats.Blocks(xs), random.New(seed, random.Bootstrap, uint64(2*i+is))
			made[is] = Part{Spread: stats.SpreadOf(xs), P50: s.Percentile(50, rng), P95: s.Percentile(95, rng), P99: s.Percentile(99, rng)}
		}
		t.Mixture.Metrics = append(t.Mixture.Metrics, MixtureMetric{Metric: m.String(), Warm: made[0], Cold: made[1]})
	}
}
