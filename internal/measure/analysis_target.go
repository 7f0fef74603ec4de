package measure

import (
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// TargetAnalysis is one target's part.
type TargetAnalysis struct {
	TargetInfo
	// Requests is how many ended, after the warm-up; Kinds is how. They add up.
	Requests int64          `json:"requests"`
	Kinds    map[Kind]int64 `json:"kinds"`
	// Cold is how many are known to have met a cold start.
	Cold      int64            `json:"cold,omitempty"`
	Errors    Estimate         `json:"errors"`
	TokensIn  int64            `json:"tokensIn,omitempty"`
	TokensOut int64            `json:"tokensOut,omitempty"`
	Metrics   []MetricAnalysis `json:"metrics"`
	// Mixture tells cold answers from warm ones, where some of the load met cold starts.
	Mixture *Mixture `json:"mixture,omitempty"`
	// ColdStarts are those that were brought about, KeepAlive what was found of idle gaps.
	ColdStarts *ColdStartAnalysis `json:"coldStarts,omitempty"`
	KeepAlive  []KeepAlive        `json:"keepAlive,omitempty"`
	// Curves are for plots.
	Curves TargetCurves `json:"curves"`

	rows *rows
}

// MetricAnalysis is one time of the requests that ended as OK.
type MetricAnalysis struct {
	Metric string   `json:"metric"`
	P50    Estimate `json:"p50"`
	P95    Estimate `json:"p95"`
	P99    Estimate `json:"p99"`
	Max    float64  `json:"max"`
}

// split gives each target its requests, in order of the schedule and without the warm-up.
func (a *Analysis) split(s *Sheet, seed uint64) {
	a.Targets = make([]TargetAnalysis, len(s.header.Targets))
	for i, info := range s.header.Targets {
		a.Targets[i] = TargetAnalysis{TargetInfo: info, Kinds: map[Kind]int64{}, rows: &s.targets[i]}
		t := &a.Targets[i]
		t.rows.sort(s.header.Warmup)
		t.count()
		t.measure(random.Derive(seed, uint64(i)))
		t.mix(random.Derive(seed, uint64(3000+i)))
		t.start(s, i)
		xs := t.rows.series(0)
		if n, ok := Warmup(xs); ok && n > 0 && differs(mean(xs[:n]), mean(xs[n:])) {
			a.warn("%s: the first %d answers look like a warm-up (MSER-5): leave them out with a warm-up of at least %s",
				t.Name, n, t.answeredAt(n).Round(time.Millisecond))
		}
	}
}

// differs reports whether a mean is so far from another one that it changes what a run says: by a tenth.
func differs(a, b float64) bool { return math.Abs(a-b) > 0.1*b }

func mean(xs []float64) float64 {
	var sum float64
	for _, x := range xs {
		sum += x
	}
	return sum / float64(max(1, len(xs)))
}

// answeredAt is when the n-th request that was answered right was due.
func (t *TargetAnalysis) answeredAt(n int) time.Duration {
	for i := range t.rows.answers(0) {
		if n == 0 {
			return time.Duration(t.rows.scheduled.at(i))
		}
		n--
	}
	return 0
}

func (t *TargetAnalysis) count() {
	t.Requests, t.TokensIn, t.TokensOut = int64(len(t.rows.measured)), t.rows.tokensIn, t.rows.tokensOut
	for _, row := range t.rows.measured {
		t.Kinds[Kind(t.rows.kind.at(int(row)))]++
		t.Cold += t.rows.cold.at(int(row))
	}
	ended := t.Requests - t.Kinds[Interrupted]
	t.Errors = Share(int(ended-t.Kinds[OK]), int(ended))
}

func (t *TargetAnalysis) measure(seed uint64) {
	for i, m := range metrics() {
		xs := t.rows.series(i)
		if len(xs) == 0 {
			continue
		}
		s := clustered(xs)
		rng := random.New(seed, random.Bootstrap, uint64(i))
		t.Metrics = append(t.Metrics, MetricAnalysis{
			Metric: m.name, P50: s.percentile(50, rng), P95: s.percentile(95, rng), P99: s.percentile(99, rng), Max: slices.Max(xs),
		})
	}
}
