package analysis

import (
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// The bounds of what is kept for plots, however long a run was.
const (
	maxBins   = 200
	maxPoints = 400
)

// Curves are what a plot shows of the client. Times are in seconds.
type Curves struct {
	// Width is that of the bins of time, of which there are at most 200. A request is in that of the moment when it was due.
	Width float64 `json:"width"`
	// Lateness is that of all requests that were sent, also in the warm-up.
	Lateness []Band `json:"lateness,omitempty"`
}

// TargetCurves are what plots show of one target, after the warm-up.
type TargetCurves struct {
	// Latency is that of right answers by bins; Points are the answers one by one, of at most 400.
	Latency []Band  `json:"latency,omitempty"`
	Points  []Point `json:"points,omitempty"`
	// Ends is how requests ended, by bins.
	Ends []Ends `json:"ends,omitempty"`
	// Distributions are percentiles up to p99.9 of latency and, where there were tokens, timeToFirstToken.
	Distributions []Distribution `json:"distributions,omitempty"`
}

// Band is a bin with something in it: At is where it begins.
type Band struct {
	At    float64 `json:"at"`
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	Max   float64 `json:"max"`
}

// Point is one answer.
type Point struct {
	At   float64 `json:"at"`
	Took float64 `json:"took"`
	Cold bool    `json:"cold,omitempty"`
}

// Ends is how the requests of a bin ended.
type Ends struct {
	At    float64               `json:"at"`
	Kinds map[record.Kind]int64 `json:"kinds"`
}

// Distribution is a curve of percentiles: the time that P percent of the answers did not exceed.
type Distribution struct {
	Metric string       `json:"metric"`
	Curve  []Percentage `json:"curve"`
}

// Percentage is a point of a Distribution.
type Percentage struct {
	P     float64 `json:"p"`
	Value float64 `json:"value"`
}

// draw fills in the curves.
func (a *Result) draw(c *record.Columns) {
	width := binWidth(c.Span())
	a.Curves.Width = width.Seconds()
	lateness := newBins(width)
	for due, late := range c.Lateness() {
		lateness.add(due, late)
	}
	a.Curves.Lateness = lateness.bands()
	for i := range a.Targets {
		a.Targets[i].draw(width)
	}
}

func (t *Target) draw(width time.Duration) {
	latency := newBins(width)
	for i, d := range t.rows.Answers(record.Latency) {
		latency.add(t.rows.Scheduled(i), d)
		if t.Kinds[record.OK] <= maxPoints {
			t.Curves.Points = append(t.Curves.Points, Point{
				At: t.rows.Scheduled(i).Seconds(), Took: d.Seconds(), Cold: t.rows.Cold(i),
			})
		}
	}
	t.Curves.Latency = latency.bands()
	t.Curves.Ends = t.ends(width)
	for _, m := range []record.Metric{record.Latency, record.TimeToFirstToken} {
		if xs := t.rows.Series(m); len(xs) > 0 {
			slices.Sort(xs)
			t.Curves.Distributions = append(t.Curves.Distributions, Distribution{Metric: m.String(), Curve: percentages(xs)})
		}
	}
}

func (t *Target) ends(width time.Duration) []Ends {
	var byBin [maxBins]map[record.Kind]int64
	for _, row := range t.rows.Measured {
		i := binOf(t.rows.Scheduled(int(row)), width)
		if byBin[i] == nil {
			byBin[i] = map[record.Kind]int64{}
		}
		byBin[i][t.rows.Kind(int(row))]++
	}
	var list []Ends
	for i, kinds := range byBin {
		if kinds != nil {
			list = append(list, Ends{At: (time.Duration(i) * width).Seconds(), Kinds: kinds})
		}
	}
	return list
}

// binWidth is the smallest of 1, 2 and 5 times a power of ten, from a millisecond, that makes at most maxBins of a span.
func binWidth(span time.Duration) time.Duration {
	for step := time.Millisecond; ; step *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if span/(n*step) < maxBins {
				return n * step
			}
			if step > math.MaxInt64/100 {
				return math.MaxInt64
			}
		}
	}
}

func binOf(at, width time.Duration) int {
	return int(min(max(0, at/width), maxBins-1))
}

// bins sorts times by the moment that they belong to.
type bins struct {
	width time.Duration
	times [maxBins][]time.Duration
}

func newBins(width time.Duration) *bins { return &bins{width: width} }

func (b *bins) add(at, d time.Duration) {
	i := binOf(at, b.width)
	b.times[i] = append(b.times[i], d)
}

func (b *bins) bands() []Band {
	var list []Band
	for i, times := range b.times {
		if len(times) == 0 {
			continue
		}
		slices.Sort(times)
		list = append(list, Band{
			At: (time.Duration(i) * b.width).Seconds(), Count: len(times), P50: stats.NearestRank(times, 0.50).Seconds(),
			P95: stats.NearestRank(times, 0.95).Seconds(), Max: times[len(times)-1].Seconds(),
		})
	}
	return list
}

// percentages of sorted times: steps that grow finer towards the tail, no further than p99.9 and than there are observations.
func percentages(sorted []float64) []Percentage {
	const steps = 20 // for each factor of ten of what lies beyond
	var list []Percentage
	for i := 0; i <= 3*steps; i++ {
		p := 100 * (1 - math.Pow(10, -float64(i)/steps))
		list = append(list, Percentage{P: p, Value: stats.NearestRank(sorted, p/100)})
		if (100-p)/100*float64(len(sorted)) < 1 {
			break
		}
	}
	return list
}
