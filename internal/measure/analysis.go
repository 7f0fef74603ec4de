package measure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// AnalysisVersion is the schema version of an Analysis.
const AnalysisVersion = "fulcrum.dev/measurement/v1alpha1"

// Analysis is what a log says. Times are in seconds unless they say otherwise.
type Analysis struct {
	SchemaVersion string    `json:"schemaVersion"`
	Suite         string    `json:"suite"`
	SuiteHash     string    `json:"suiteHash"`
	Tool          string    `json:"tool"`
	Start         time.Time `json:"start"`
	Load          string    `json:"load"`
	Closed        bool      `json:"closed,omitempty"`
	// Complete says that the whole schedule was sent; otherwise Reason says why not.
	Complete bool    `json:"complete"`
	Reason   string  `json:"reason,omitempty"`
	Elapsed  float64 `json:"elapsed"`
	Requests int64   `json:"requests"`
	// Valid is false when the client itself was too slow to measure; Invalid says by what.
	Valid   bool   `json:"valid"`
	Invalid string `json:"invalid,omitempty"`
	// Lateness is of all requests that were sent; Gate is what it was held against, and Gated what it came to.
	Lateness Summary `json:"lateness"`
	Gate     Gate    `json:"gate"`
	Gated    float64 `json:"gated"`

	Targets     []TargetAnalysis `json:"targets"`
	Comparisons []Comparison     `json:"comparisons,omitempty"`
	Thresholds  []Judgement      `json:"thresholds,omitempty"`
	Against     *Earlier         `json:"against,omitempty"`
	// Verdict is fail when a threshold fails, else inconclusive when one is or when the run is not complete, else pass; "" without
	// thresholds or when invalid.
	Verdict  Verdict  `json:"verdict,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	// Examples is the message of one failure of each kind.
	Examples map[string]string `json:"examples,omitempty"`
}

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

	records []*Record
}

// MetricAnalysis is one time of the requests that ended as OK.
type MetricAnalysis struct {
	Metric string   `json:"metric"`
	P50    Estimate `json:"p50"`
	P95    Estimate `json:"p95"`
	P99    Estimate `json:"p99"`
	Max    float64  `json:"max"`
}

// Comparison is one target over another: below 1 the first one is faster.
type Comparison struct {
	A          string   `json:"a"`
	B          string   `json:"b"`
	Metric     string   `json:"metric"`
	Percentile float64  `json:"percentile"`
	Ratio      Estimate `json:"ratio"`
}

// Judgement is a threshold with what came of it.
type Judgement struct {
	Threshold
	Of       string   `json:"of"`
	Estimate Estimate `json:"estimate"`
	Verdict  Verdict  `json:"verdict"`
}

// Analyse turns a log into figures. The seed is that of the bootstrap: the same log and seed give the same bytes.
func Analyse(l *Log, seed uint64) *Analysis {
	h := l.Header
	a := &Analysis{
		SchemaVersion: AnalysisVersion, Suite: h.Suite, SuiteHash: h.SuiteHash, Tool: h.Tool, Start: h.Start, Load: h.Load,
		Closed: h.Closed, Requests: int64(len(l.Records)), Gate: h.Gate,
	}
	a.ended(l)
	a.gate(l.Records)
	a.split(l, seed)
	for i := range a.Targets {
		for j := range a.Targets[:i] {
			a.compare(&a.Targets[j], &a.Targets[i], random.Derive(seed, uint64(1000+len(a.Comparisons))))
		}
	}
	a.judge(h.Thresholds, seed)
	return a
}

// ended says how the run ended.
func (a *Analysis) ended(l *Log) {
	for i := range l.Records {
		a.Elapsed = max(a.Elapsed, l.Records[i].LastByte.Seconds())
	}
	switch {
	case l.End != nil:
		a.Complete, a.Reason, a.Elapsed, a.Examples = l.End.Complete, l.End.Reason, l.End.Elapsed.Seconds(), l.End.Examples
	default:
		a.Reason = "the log breaks off: the program did not end by itself"
	}
	if l.Dropped > 0 {
		a.warn("%d bytes at the end of the log could not be read: %s", l.Dropped, l.Damage)
	}
	if a.Closed {
		a.warn("closed loop: while the target is slow, less is sent, so that the latencies leave out what other callers would have met")
	}
}

func (a *Analysis) warn(format string, args ...any) {
	a.Warnings = append(a.Warnings, fmt.Sprintf(format, args...))
}

// gate holds the lateness of all that was sent against the gate.
func (a *Analysis) gate(records []Record) {
	hist := NewHistogram()
	var late []float64
	for i := range records {
		if d, ok := records[i].Lateness(); ok {
			hist.Record(d)
			late = append(late, d.Seconds())
		}
	}
	a.Lateness = hist.Summary()
	s := newSample(len(late))
	for _, x := range late {
		s.add(x, 0)
	}
	s.sort()
	switch {
	case len(late) == 0:
		a.Invalid = "no request was sent"
	case !a.Closed && a.Gate.Most > 0:
		a.Gated = s.weighted(a.Gate.Percentile, []int32{1})
		if a.Gated > a.Gate.Most.Seconds() {
			a.Invalid = fmt.Sprintf("the client sent late: p%g of its lateness is %s, above the gate of %s: lower the rate, or use a faster or less busy machine",
				a.Gate.Percentile, time.Duration(a.Gated*1e9).Round(time.Microsecond), a.Gate.Most)
		}
	}
	a.Valid = a.Invalid == ""
}

// split gives each target its records, in order of the schedule and without the warm-up.
func (a *Analysis) split(l *Log, seed uint64) {
	a.Targets = make([]TargetAnalysis, len(l.Header.Targets))
	for i, info := range l.Header.Targets {
		a.Targets[i] = TargetAnalysis{TargetInfo: info, Kinds: map[Kind]int64{}}
	}
	for i := range l.Records {
		r := &l.Records[i]
		if r.Scheduled >= l.Header.Warmup {
			a.Targets[r.Target].records = append(a.Targets[r.Target].records, r)
		}
	}
	for i := range a.Targets {
		t := &a.Targets[i]
		slices.SortStableFunc(t.records, func(x, y *Record) int { return cmp.Compare(x.Sequence, y.Sequence) })
		t.count()
		t.measure(random.Derive(seed, uint64(i)))
		xs := metrics()[0].series(t.records)
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
	for _, r := range t.records {
		if r.Kind != OK {
			continue
		}
		if n == 0 {
			return r.Scheduled
		}
		n--
	}
	return 0
}

func (t *TargetAnalysis) count() {
	t.Requests = int64(len(t.records))
	for _, r := range t.records {
		t.Kinds[r.Kind]++
		t.TokensIn += r.TokensIn
		t.TokensOut += r.TokensOut
		if r.Cold {
			t.Cold++
		}
	}
	ended := t.Requests - t.Kinds[Interrupted]
	t.Errors = Share(int(ended-t.Kinds[OK]), int(ended))
}

func (t *TargetAnalysis) measure(seed uint64) {
	for i, m := range metrics() {
		xs := m.series(t.records)
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

// judge holds the thresholds against the targets.
func (a *Analysis) judge(thresholds []Threshold, seed uint64) {
	for i, th := range thresholds {
		for j := range a.Targets {
			t := &a.Targets[j]
			if th.Target != "" && th.Target != t.Name {
				continue
			}
			e := t.Errors
			if m, ok := metricOf(th.Metric); ok {
				e = Percentile(m.series(t.records), th.Percentile, random.New(random.Derive(seed, uint64(i)), random.Bootstrap, uint64(j)))
			}
			a.Thresholds = append(a.Thresholds, Judgement{Threshold: th, Of: t.Name, Estimate: e, Verdict: Judge(e, th.Most)})
		}
	}
	if !a.Valid || len(a.Thresholds) == 0 {
		return
	}
	a.Verdict = Pass
	for _, j := range a.Thresholds {
		switch {
		case j.Verdict == Fail:
			a.Verdict = Fail
		case j.Verdict == Inconclusive && a.Verdict == Pass:
			a.Verdict = Inconclusive
		}
	}
	if a.Verdict == Pass && !a.Complete {
		a.Verdict = Inconclusive
	}
}
