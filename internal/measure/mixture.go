package measure

import "fulcrum.dev/fulcrum/internal/random"

// Mixture tells apart what TargetAnalysis.Metrics has together: answers of cold starts, and of warm instances. Which are
// cold is known from the platform, so that one that it did not tell counts as warm.
type Mixture struct {
	// Cold is the share of right answers that met a cold start.
	Cold Estimate `json:"cold"`
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
	Spread
	P50 Estimate `json:"p50"`
	P95 Estimate `json:"p95"`
	P99 Estimate `json:"p99"`
}

// mix fills in the mixture, if there is one.
func (t *TargetAnalysis) mix(seed uint64) {
	if t.Cold == 0 {
		return
	}
	t.Mixture = new(Mixture)
	cold := 0
	for _, row := range t.rows.measured {
		if Kind(t.rows.kind.at(int(row))) == OK && t.rows.cold.at(int(row)) == 1 {
			cold++
		}
	}
	t.Mixture.Cold = Share(cold, int(t.Kinds[OK]))
	for i, m := range metrics() {
		parts := [2][]float64{}
		for row, d := range t.rows.answers(i) {
			is := t.rows.cold.at(row)
			parts[is] = append(parts[is], d.Seconds())
		}
		if len(parts[0])+len(parts[1]) == 0 {
			continue
		}
		made := [2]Part{}
		for is, xs := range parts {
			s, rng := clustered(xs), random.New(seed, random.Bootstrap, uint64(2*i+is))
			made[is] = Part{Spread: spreadOf(xs), P50: s.percentile(50, rng), P95: s.percentile(95, rng), P99: s.percentile(99, rng)}
		}
		t.Mixture.Metrics = append(t.Mixture.Metrics, MixtureMetric{Metric: m.name, Warm: made[0], Cold: made[1]})
	}
}
