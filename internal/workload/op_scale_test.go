package workload

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// TestScaleLaws on records: the count is factor x n within 5 sigma of the
// Bernoulli draws, each request comes floor or ceil of factor times, and the
// first copy of each stays where it was.
func TestScaleLaws(t *testing.T) {
	var factor float64
	law(t, func(t *rapid.T, w *Recorded) (Workload, error) {
		factor = rapid.OneOf(rapid.Float64Range(0.01, 6), rapid.Just(1.0), rapid.Just(3.0)).Draw(t, "factor")
		return Scale(w, factor, rapid.Uint64().Draw(t, "seed"))
	}, func(t *rapid.T, in, out []Request, w Workload) {
		whole, fraction := math.Modf(factor)
		sigma := math.Sqrt(float64(len(in)) * fraction * (1 - fraction))
		if d := math.Abs(float64(len(out)) - factor*float64(len(in))); d > 5*sigma+5 {
			t.Fatalf("%d requests of %d scaled by %g: off by %g, sigma %g", len(out), len(in), factor, d, sigma)
		}
		copies := map[int32][]Request{}
		for _, q := range out {
			copies[q.Input] = append(copies[q.Input], q)
		}
		for _, q := range in {
			c := copies[q.Input]
			if len(c) < int(whole) || len(c) > int(math.Ceil(factor)) {
				t.Fatalf("request %+v has %d copies at a factor of %g", q, len(c), factor)
			}
			if len(c) > 0 && !slices.Contains(c, q) {
				t.Fatalf("no copy of %+v stayed where it was: %+v", q, c)
			}
			for _, d := range c {
				if d.Work != q.Work || (d.At-q.At).Abs() > maxDisplacement {
					t.Fatalf("%+v is no copy of %+v", d, q)
				}
			}
		}
	})
}

// TestScalesAreNested: a record at a larger factor has all the requests of a smaller one, each as often at the least.
func TestScalesAreNested(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := drawRecord(r, "record")
		factor := rapid.OneOf(rapid.Float64Range(0.01, 6), rapid.Just(1.0), rapid.Just(3.0))
		less, more := factor.Draw(r, "a factor"), factor.Draw(r, "another factor")
		if less > more {
			less, more = more, less
		}
		seed := rapid.Uint64().Draw(r, "seed")
		count := map[Request]int{}
		for _, q := range readAll(t, must(Scale(w, more, seed))(t), 64) {
			count[q]++
		}
		for _, q := range readAll(t, must(Scale(w, less, seed))(t), 64) {
			if count[q]--; count[q] < 0 {
				r.Fatalf("%+v comes more often at %g times the traffic than at %g times", q, less, more)
			}
		}
	})
}

// TestScaleOfTrafficIsThatOfItsFile: scaling by a factor what a model file describes is what the file describes with its own
// scales times the factor.
func TestScaleOfTrafficIsThatOfItsFile(t *testing.T) {
	open := files(map[string]string{"a.csv": "arrived\n1\n2\n2\n5\n30\n31\n44\n", "rates.csv": rates})
	rapid.Check(t, func(r *rapid.T) {
		traffic := drawTraffic(r, 2)
		factor := rapid.SampledFrom([]float64{0.25, 0.5, 2, 4, 16}).Draw(r, "factor")
		whole := must(FromTraffic(open, traffic))(t)
		if rapid.Bool().Draw(r, "in memory") {
			whole = must(Cache(whole, 1e6))(t)
		}
		got := must(Scale(whole, factor, seedOf(traffic, 0)))(t)
		want := must(FromTraffic(open, timesScale(traffic, factor)))(t)
		sameRequests(r, "scaled", readAll(r, got, 64), readAll(r, want, 64))
	})
}

// drawTraffic draws a trace, a rate series or a generator, with all operations and parts that are merged in up to a depth.
func drawTraffic(t *rapid.T, depth int) v1alpha1.Traffic {
	traffic := v1alpha1.Traffic{}
	switch rapid.IntRange(0, 2).Draw(t, "source") {
	case 0:
		traffic.Trace = &v1alpha1.Trace{Path: "a.csv", Columns: &v1alpha1.Columns{Time: "arrived"}}
	case 1:
		traffic.Trace = &v1alpha1.Trace{Path: "rates.csv"}
	default:
		traffic = generator(0.5, time.Minute)
	}
	if rapid.Bool().Draw(t, "seeded") {
		traffic.Seed = new(rapid.Uint64Range(0, 9).Draw(t, "seed"))
	}
	if rapid.Bool().Draw(t, "sliced") {
		traffic.Slice = &v1alpha1.Slice{From: unit.Duration(2 * time.Second), To: unit.Duration(40 * time.Second)}
	}
	if rapid.Bool().Draw(t, "scaled") {
		traffic.Scale = new(rapid.SampledFrom([]float64{0.5, 0.75, 1.5, 3}).Draw(t, "scale"))
	}
	traffic.Repeat = rapid.IntRange(0, 2).Draw(t, "repeat")
	traffic.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
	for range rapid.IntRange(0, depth).Draw(t, "parts") {
		traffic.Merge = append(traffic.Merge, drawTraffic(t, depth-1))
	}
	return traffic
}

// timesScale is traffic with all its scales times a factor.
func timesScale(t v1alpha1.Traffic, factor float64) v1alpha1.Traffic {
	scale := factor
	if t.Scale != nil {
		scale *= *t.Scale
	}
	t.Scale = &scale
	t.Merge = slices.Clone(t.Merge)
	for i := range t.Merge {
		t.Merge[i] = timesScale(t.Merge[i], factor)
	}
	return t
}

func TestScaleKeepsTheMeanRate(t *testing.T) {
	t.Parallel()
	record := poissonRecord(t, 20, time.Hour)
	n := float64(record.Len())
	for _, factor := range []float64{0.05, 0.5, 0.999, 1.3, 2, 7.5} {
		w := must(Scale(record, factor, 3))(t)
		got := float64(len(readAll(t, w, 512)))
		_, fraction := math.Modf(factor)
		near(t, "requests", got, n*factor, 5*math.Sqrt(n*fraction*(1-fraction))+1e-9)
		// Thinned by the inverse of what it was superposed by, or the reverse, it has the rate it had.
		back := float64(len(readAll(t, must(Scale(w, 1/factor, 4))(t), 512)))
		near(t, "requests there and back", back, n, 5*math.Sqrt(n*(1+math.Max(factor, 1/factor))))
	}
}

// TestScaledPoissonLooksPoissonAtShortTimes: thinning keeps a Poisson process one,
// and superposed copies do not come in pairs.
func TestScaledPoissonLooksPoissonAtShortTimes(t *testing.T) {
	t.Parallel()
	record := poissonRecord(t, 20, 2*time.Hour)
	for _, factor := range []float64{0.3, 3} {
		w := must(Scale(record, factor, 1))(t)
		_, cv := moments(t, w)
		near(t, "cv of the gaps", cv, 1, 0.02)
		seconds := counts(t, w, time.Second)
		var sum, squares float64
		for _, c := range seconds {
			sum += c
			squares += c * c
		}
		mean := sum / float64(len(seconds))
		near(t, "index of dispersion over a second", squares/float64(len(seconds))/mean-mean, 1, 0.15)
	}
}

// TestSuperpositionIsSteadyUpToItsEnds: copies of steady traffic neither are
// missing at the start nor pile up at the end.
func TestSuperpositionIsSteadyUpToItsEnds(t *testing.T) {
	even := make([]Request, 60_000)
	for i := range even {
		even[i].At = time.Duration(i) * 2 * time.Millisecond
	}
	w := must(Scale(NewRecorded(Info{Span: 2 * time.Minute}, even), 5, 1))(t)
	for i, c := range counts(t, w, 5*time.Second) {
		if math.Abs(c-12_500) > 5*math.Sqrt(10_000) {
			t.Errorf("%g requests in 5 s from second %d, want 12500", c, 5*i)
		}
	}
}

func TestScaleSeeds(t *testing.T) {
	record := poissonRecord(t, 10, time.Minute)
	for _, factor := range []float64{0.5, 2.5} {
		a, b := must(Scale(record, factor, 1))(t), must(Scale(record, factor, 1))(t)
		sameRequests(t, "the same seed", readAll(t, a, 7), readAll(t, b, 512))
		if c := readAll(t, must(Scale(record, factor, 2))(t), 512); slices.Equal(c, readAll(t, a, 512)) {
			t.Errorf("seeds 1 and 2 scale by %g to the same requests", factor)
		}
	}
	if w := must(Scale(record, 1, 1))(t); w != Workload(record) {
		t.Error("scaling by 1 is not the workload itself")
	}
}

func TestScaleNotes(t *testing.T) {
	record := NewRecorded(Info{Span: time.Hour}, nil)
	for factor, want := range map[float64]string{0.5: "scaled by 0.5: each request is kept", 2: "scaled by 2: further copies"} {
		if notes := must(Scale(record, factor, 1))(t).Info().Notes; len(notes) != 1 || !strings.HasPrefix(notes[0], want) {
			t.Errorf("notes at %g = %q, want %q", factor, notes, want)
		}
	}
}

// TestScaleMakesGeneratedTrafficAgain: twice a Poisson process is a Poisson
// process, which displaced copies of it are not at a minute's scale; and
// whatever was done to it stays done.
func TestScaleMakesGeneratedTrafficAgain(t *testing.T) {
	t.Parallel()
	cv := 3.0
	g := poisson(2, 4*time.Hour)
	g.Arrivals, g.CV = "gamma", &cv
	twice := g
	twice.Rate *= 2
	once, want := must(Generate(nil, g, 1))(t), must(Generate(nil, twice, 1))(t)
	sameRequests(t, "generated traffic at twice the rate", readAll(t, must(Scale(once, 2, 9))(t), 512), readAll(t, want, 512))

	operate := func(w Workload) Workload {
		w = must(Slice(w, time.Hour, 3*time.Hour))(t)
		w = sampleOf(t, w, 2, 10*time.Minute)
		w = must(Repeat(w, 2))(t)
		w = must(Merge(w, w))(t)
		return must(Cache(w, 1e6))(t)
	}
	sameRequests(t, "operations on generated traffic at twice the rate",
		readAll(t, must(Scale(operate(once), 2, 9))(t), 512), readAll(t, operate(want), 512))
}

// TestScaleOfAMergeScalesTheParts each in its own way.
func TestScaleOfAMergeScalesTheParts(t *testing.T) {
	generated := must(Generate(nil, poisson(5, time.Minute), 1))(t)
	record := NewRecorded(Info{Span: time.Minute}, []Request{{At: 1, Input: 7}, {At: 2, Input: 7}})
	all := readAll(t, must(Scale(must(Merge(generated, record))(t), 3, 1))(t), 512)
	copies := 0
	for _, q := range all {
		if q.Input == 7 {
			copies++
		}
	}
	again := readAll(t, must(Scale(generated, 3, 1))(t), 512)
	if copies != 6 || len(all) != 6+len(again) {
		t.Errorf("%d copies of 2 recorded requests among %d, of which %d generated", copies, len(all), len(again))
	}
}

func TestScaledMMPPKeepsItsPhases(t *testing.T) {
	g := v1alpha1.Generator{Arrivals: "mmpp", Span: 10 * hour, States: []v1alpha1.MMPPState{{Rate: 1, Dwell: hour}, {Rate: 30, Dwell: hour / 4}}}
	w := must(Generate(nil, g, 5))(t)
	before, after := counts(t, w, 5*time.Minute), counts(t, must(Scale(w, 4, 1))(t), 5*time.Minute)
	for i := range before {
		near(t, "requests in five minutes", after[i], 4*before[i], 8*math.Sqrt(4*before[i]+16)*2)
	}
}
