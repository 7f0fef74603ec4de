package trace

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/generate"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestCountsOfSeries sum up to the requests that Describe gives, and are those
// of the drawn requests in blocks of whole periods.
func TestCountsOfSeries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawSeries(t)
		description, err := workload.Describe(context.Background(), w)
		if err != nil {
			t.Fatal(err)
		}
		span, period := w.Info().Span, w.(workload.Series).Grid().Period
		got, err := workload.Counts(context.Background(), w, max(1, span/1000, workloadtest.DrawSpan(t, "block", 2*span)))
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
		if got, err = workload.Counts(context.Background(), w, block); err != nil {
			t.Fatal(err)
		}
		if want := workloadtest.Counts(t, w, block); !slices.Equal(got, want) {
			t.Fatalf("counts of blocks of %s: %v, want %v", block, got, want)
		}
	})
}

// TestCountsWithoutDrawing expects what is drawn, in each block.
func TestCountsWithoutDrawing(t *testing.T) {
	t.Parallel()
	draws := 0
	series := steadySeries(t, 300, 600, &draws)
	g := workloadtest.Poisson(5, 3*24*time.Hour)
	g.Daily = &v1alpha1.Daily{PeakToMean: 1.9}
	g.Flash = []v1alpha1.Flash{{At: 31 * hour, Duration: hour / 2, Factor: 5}}
	daily := workloadtest.Must(generate.Traffic(nil, g, 2))(t)
	mmpp := workloadtest.Must(generate.Traffic(nil, v1alpha1.Generator{Arrivals: "mmpp", Span: 100 * hour, States: []v1alpha1.MMPPState{
		{Rate: 1, Dwell: hour}, {Rate: 8, Dwell: unit.Duration(7 * time.Minute)},
	}}, 3))(t)
	for name, w := range map[string]workload.Workload{
		"series":           series,
		"thinned series":   workloadtest.Must(workload.Scale(series, 0.4, 1))(t),
		"scaled series":    workloadtest.Must(workload.Scale(series, 2.5, 1))(t),
		"slice of series":  workloadtest.Must(workload.Slice(series, 90*time.Second, 7*time.Hour))(t),
		"repeated series":  workloadtest.Must(workload.Repeat(series, 3))(t),
		"merged":           workloadtest.Must(workload.Merge(series, daily))(t),
		"daily":            daily,
		"daily at 3 times": workloadtest.Must(workload.Scale(daily, 3, 1))(t),
		"slice of daily":   workloadtest.Must(workload.Slice(daily, 5*time.Hour+time.Second, 60*time.Hour))(t),
		"mmpp":             mmpp,
	} {
		const block = 17 * time.Minute
		draws = 0
		got := workloadtest.Must(workload.Counts(context.Background(), w, block))(t)
		if draws > 0 {
			t.Errorf("%s: %d requests drawn to count them", name, draws)
		}
		for i, want := range workloadtest.Counts(t, w, block) {
			workloadtest.Near(t, fmt.Sprintf("%s: block %d", name, i), got[i], want, 6*math.Sqrt(2.5*got[i])+1)
		}
	}
}

// TestCountsOfALongSeriesStop: the file is read no further once the context has ended.
func TestCountsOfALongSeriesStop(t *testing.T) {
	const rows = 100_000
	var text strings.Builder
	text.WriteString("t_s,count\n")
	for i := range rows {
		fmt.Fprintf(&text, "%d,1000\n", i)
	}
	w := unheld(t, v1alpha1.Trace{}, workloadtest.Texts{"x": text.String()}, 0)
	ctx, end := context.WithCancel(t.Context())
	seen := 0
	err := w.(workload.Series).Counts(ctx, func(int64, float64) {
		if seen++; seen == rows/2 {
			end()
		}
	})
	if !errors.Is(err, context.Canceled) || seen > rows/2+10_000 {
		t.Errorf("%d of %d periods, %v", seen, rows, err)
	}
	if counts, err := workload.Counts(ctx, w, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("counts %v, %v", counts, err)
	}
}
