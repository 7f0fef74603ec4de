package measure

import (
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// The bounds of what is kept for plots, however long a run was.
const (
	mostBins   = 200
	mostPoints = 400
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
	At    float64        `json:"at"`
	Kinds map[Kind]int64 `json:"kinds"`
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
func (a *Analysis) draw(s *Sheet) {
	var span time.Duration
	for i := range s.targets {
		for j := range s.targets[i].count {
			span = max(span, time.Duration(s.targets[i].scheduled.at(j)))
		}
	}
	width := binWidth(span)
	a.Curves.Width = width.Seconds()
	late := newBins(width)
	for i := range s.targets {
		t := &s.targets[i]
		for j := range t.count {
			if d := t.late.at(j); d >= 0 {
				late.add(t.scheduled.at(j), time.Duration(d))
			}
		}
		a.Targets[i].draw(width)
	}
	a.Curves.Lateness = late.bands()
}

func (t *TargetAnalysis) draw(width time.Duration) {
	latency := newBins(width)
	for i, d := range t.rows.answers(0) {
		latency.add(t.rows.scheduled.at(i), d)
		if t.Kinds[OK] <= mostPoints {
			t.Curves.Points = append(t.Curves.Points, Point{
				At: time.Duration(t.rows.scheduled.at(i)).Seconds(), Took: d.Seconds(), Cold: t.rows.cold.at(i) == 1,
			})
		}
	}
	t.Curves.Latency = latency.bands()
	t.Curves.Ends = t.ends(width)
	for _, name := range []string{"latency", "timeToFirstToken"} {
		if xs := t.rows.series(metricOf(name)); len(xs) > 0 {
			slices.Sort(xs)
			t.Curves.Distributions = append(t.Curves.Distributions, Distribution{Metric: name, Curve: percentages(xs)})
		}
	}
}

func (t *TargetAnalysis) ends(width time.Duration) []Ends {
	var byBin [mostBins]map[Kind]int64
	for _, row := range t.rows.measured {
		i := binOf(t.rows.scheduled.at(int(row)), width)
		if byBin[i] == nil {
			byBin[i] = map[Kind]int64{}
		}
		byBin[i][Kind(t.rows.kind.at(int(row)))]++
	}
	var list []Ends
	for i, kinds := range byBin {
		if kinds != nil {
			list = append(list, Ends{At: (time.Duration(i) * width).Seconds(), Kinds: kinds})
		}
	}
	return list
}

// binWidth is the smallest of 1, 2 and 5 times a power of ten, from a millisecond, that makes at most mostBins of a span.
func binWidth(span time.Duration) time.Duration {
	for step := time.Millisecond; ; step *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if span/(n*step) < mostBins {
				return n * step
			}
			if step > math.MaxInt64/100 {
				return math.MaxInt64
			}
		}
	}
}

func binOf(at int64, width time.Duration) int {
	return int(min(max(0, at/int64(width)), mostBins-1))
}

// bins sorts times by the moment that they belong to.
type bins struct {
	width time.Duration
	times [mostBins][]time.Duration
}

func newBins(width time.Duration) *bins { return &bins{width: width} }

func (b *bins) add(at int64, d time.Duration) {
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
		at := func(q float64) float64 { return times[random.Rank(q, len(times))-1].Seconds() }
		list = append(list, Band{
			At: (time.Duration(i) * b.width).Seconds(), Count: len(times), P50: at(0.50), P95: at(0.95), Max: times[len(times)-1].Seconds(),
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
		list = append(list, Percentage{P: p, Value: sorted[random.Rank(p/100, len(sorted))-1]})
		if (100-p)/100*float64(len(sorted)) < 1 {
			break
		}
	}
	return list
}
