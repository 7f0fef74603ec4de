package analysis

import (
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Target is one target's part.
type Target struct {
	record.TargetInfo
	// Requests is how many ended, after the warm-up; Kinds is how. They add up.
	Requests int64                 `json:"requests"`
	Kinds    map[record.Kind]int64 `json:"kinds"`
	// Cold is how many are known to have met a cold start.
	Cold      int64          `json:"cold,omitempty"`
	Errors    stats.Estimate `json:"errors"`
	TokensIn  int64          `json:"tokensIn,omitempty"`
	TokensOut int64          `json:"tokensOut,omitempty"`
	Metrics   []Metric       `json:"metrics"`
	// Mixture tells cold answers from warm ones, where some of the load met cold starts.
	Mixture *Mixture `json:"mixture,omitempty"`
	// ColdStarts are those that were brought about, KeepAlive what was found of idle gaps.
	ColdStarts *ColdStarts        `json:"coldStarts,omitempty"`
	KeepAlive  []record.KeepAlive `json:"keepAlive,omitempty"`
	// Curves are for plots.
	Curves TargetCurves `json:"curves"`

	rows *record.Rows
}

// Metric is one time of the requests that ended as OK.
type Metric struct {
	Metric string         `json:"metric"`
	P50    stats.Estimate `json:"p50"`
	P95    stats.Estimate `json:"p95"`
	P99    stats.Estimate `json:"p99"`
	Max    float64        `json:"max"`
}

// split gives each target its requests, in order of the schedule and without the warm-up.
func (a *Result) split(c *record.Columns, seed uint64) {
	a.Targets = make([]Target, len(c.Header.Targets))
	for i, info := range c.Header.Targets {
		a.Targets[i] = Target{TargetInfo: info, Kinds: map[record.Kind]int64{}, rows: &c.Targets[i]}
		t := &a.Targets[i]
		t.count()
		t.measure(random.Derive(seed, uint64(i)))
		t.mix(random.Derive(seed, uint64(3000+i)))
		t.start(c, i)
		xs := t.rows.Series(record.Latency)
		if n, ok := stats.Warmup(xs); ok && n > 0 && differs(mean(xs[:n]), mean(xs[n:])) {
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
func (t *Target) answeredAt(n int) time.Duration {
	for i := range t.rows.Answers(record.Latency) {
		if n == 0 {
			return t.rows.Scheduled(i)
		}
		n--
	}
	return 0
}

func (t *Target) count() {
	t.Requests, t.TokensIn, t.TokensOut = int64(len(t.rows.Measured)), t.rows.TokensIn, t.rows.TokensOut
	for _, row := range t.rows.Measured {
		t.Kinds[t.rows.Kind(int(row))]++
		if t.rows.Cold(int(row)) {
			t.Cold++
		}
	}
	ended := t.Requests - t.Kinds[record.Interrupted]
	t.Errors = stats.Share(int(ended-t.Kinds[record.OK]), int(ended))
}

func (t *Target) measure(seed uint64) {
	for i, m := range record.Metrics() {
		xs := t.rows.Series(m)
		if len(xs) == 0 {
			continue
		}
		s := stats.Blocks(xs)
		rng := random.New(seed, random.Bootstrap, uint64(i))
		t.Metrics = append(t.Metrics, Metric{
			Metric: m.String(), P50: s.Percentile(50, rng), P95: s.Percentile(95, rng), P99: s.Percentile(99, rng), Max: slices.Max(xs),
		})
	}
}
