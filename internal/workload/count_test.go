package workload

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// countsOf counts requests one by one.
func countsOf(t fatal, w Workload, block time.Duration) []float64 {
	t.Helper()
	counts := make([]float64, (w.Info().Span+block-1)/block)
	for _, q := range readAll(t, w, 1024) {
		counts[q.At/block]++
	}
	return counts
}

// TestCountsOfRecordedTrafficAreThoseOfItsRequests, whatever was done to it that draws nothing.
func TestCountsOfRecordedTrafficAreThoseOfItsRequests(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var w Workload = drawRecord(t, "record")
		for _, op := range rapid.SliceOfN(rapid.SampledFrom([]string{"slice", "repeat", "merge", "priority", "select"}), 0, 4).Draw(t, "operations") {
			w = drawOperation(t, op, w)
		}
		if rapid.Bool().Draw(t, "hidden") {
			w = fromStart{w}
		}
		span := w.Info().Span
		block := max(1, span/1000, drawSpan(t, "block", 2*span))
		got, err := Counts(w, block)
		if err != nil {
			t.Fatal(err)
		}
		if want := countsOf(t, w, block); !slices.Equal(got, want) {
			t.Fatalf("counts of blocks of %s: %v, want %v", block, got, want)
		}
	})
}

// TestCountsOfSeries sum up to the requests that Describe gives, and are those
// of the drawn requests in blocks of whole periods.
func TestCountsOfSeries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawSeries(t)
		description, err := Describe(background, w)
		if err != nil {
			t.Fatal(err)
		}
		span, period := w.Info().Span, seriesOf(w).grid().period
		got, err := Counts(w, max(1, span/1000, drawSpan(t, "block", 2*span)))
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, n := range got {
			sum += n
		}
		if want := float64(description.Requests); math.Abs(sum-want) > 1e-9*want {
			t.Fatalf("the counts sum up to %.12g, want %g", sum, want)
		}
		block := period * time.Duration(rapid.IntRange(1, 5).Draw(t, "periods"))
		if got, err = Counts(w, block); err != nil {
			t.Fatal(err)
		}
		if want := countsOf(t, w, block); !slices.Equal(got, want) {
			t.Fatalf("counts of blocks of %s: %v, want %v", block, got, want)
		}
	})
}

// TestCountsWithoutDrawing expects what is drawn, in each block.
func TestCountsWithoutDrawing(t *testing.T) {
	t.Parallel()
	draws := 0
	series := steadySeries(t, 300, 600, &draws)
	g := poisson(5, 3*24*time.Hour)
	g.Daily = &v1alpha1.Daily{PeakToMean: 1.9}
	g.Flash = []v1alpha1.Flash{{At: 31 * hour, Duration: hour / 2, Factor: 5}}
	daily := must(Generate(nil, g, 2))(t)
	mmpp := must(Generate(nil, v1alpha1.Generator{Arrivals: "mmpp", Span: 100 * hour, States: []v1alpha1.MMPPState{
		{Rate: 1, Dwell: hour}, {Rate: 8, Dwell: unit.Duration(7 * time.Minute)},
	}}, 3))(t)
	for name, w := range map[string]Workload{
		"series":           series,
		"thinned series":   must(Scale(series, 0.4, 1))(t),
		"scaled series":    must(Scale(series, 2.5, 1))(t),
		"slice of series":  must(Slice(series, 90*time.Second, 7*time.Hour))(t),
		"repeated series":  must(Repeat(series, 3))(t),
		"merged":           must(Merge(series, daily))(t),
		"daily":            daily,
		"daily at 3 times": must(Scale(daily, 3, 1))(t),
		"slice of daily":   must(Slice(daily, 5*time.Hour+time.Second, 60*time.Hour))(t),
		"mmpp":             mmpp,
	} {
		const block = 17 * time.Minute
		draws = 0
		got := must(Counts(w, block))(t)
		if draws > 0 {
			t.Errorf("%s: %d requests drawn to count them", name, draws)
		}
		for i, want := range countsOf(t, w, block) {
			near(t, fmt.Sprintf("%s: block %d", name, i), got[i], want, 6*math.Sqrt(2.5*got[i])+1)
		}
	}
}

func TestCountsRefuse(t *testing.T) {
	w := must(Generate(nil, poisson(1, 1e6*time.Hour), 1))(t)
	for _, block := range []time.Duration{0, -time.Second, 1, time.Millisecond} {
		if counts, err := Counts(w, block); err == nil {
			t.Errorf("%d blocks of %s, want an error", len(counts), block)
		}
	}
	if counts, err := Counts(NewRecorded(Info{}, nil), time.Second); err != nil || len(counts) != 0 {
		t.Errorf("no time: %v, %v", counts, err)
	}
	if _, err := Counts(broken{}, time.Second); err == nil {
		t.Error("a source that fails: no error")
	}
}
