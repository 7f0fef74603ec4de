package workload_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestScaleLaws on records: the count is factor x n within 5 sigma of the
// Bernoulli draws, each request comes floor or ceil of factor times, and the
// first copy of each stays where it was.
func TestScaleLaws(t *testing.T) {
	var factor float64
	law(t, func(t *rapid.T, w *workload.Recorded) (workload.Workload, error) {
		factor = rapid.OneOf(rapid.Float64Range(0.01, 6), rapid.Just(1.0), rapid.Just(3.0)).Draw(t, "factor")
		return workload.Scale(w, factor, rapid.Uint64().Draw(t, "seed"))
	}, func(t *rapid.T, in, out []workload.Request, w workload.Workload) {
		whole, fraction := math.Modf(factor)
		sigma := math.Sqrt(float64(len(in)) * fraction * (1 - fraction))
		if d := math.Abs(float64(len(out)) - factor*float64(len(in))); d > 5*sigma+5 {
			t.Fatalf("%d requests of %d scaled by %g: off by %g, sigma %g", len(out), len(in), factor, d, sigma)
		}
		copies := map[int32][]workload.Request{}
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
				if d.Work != q.Work || (d.At-q.At).Abs() > 30*time.Second {
					t.Fatalf("%+v is no copy of %+v", d, q)
				}
			}
		}
	})
}

func TestScaleKeepsTheMeanRate(t *testing.T) {
	t.Parallel()
	record := workloadtest.PoissonRecord(20, time.Hour)
	n := float64(record.Len())
	for _, factor := range []float64{0.05, 0.5, 0.999, 1.3, 2, 7.5} {
		w := workloadtest.Must(workload.Scale(record, factor, 3))(t)
		got := float64(len(workloadtest.ReadAll(t, w, 512)))
		_, fraction := math.Modf(factor)
		workloadtest.Near(t, "requests", got, n*factor, 5*math.Sqrt(n*fraction*(1-fraction))+1e-9)
		// Thinned by the inverse of what it was superposed by, or the reverse, it has the rate it had.
		back := float64(len(workloadtest.ReadAll(t, workloadtest.Must(workload.Scale(w, 1/factor, 4))(t), 512)))
		workloadtest.Near(t, "requests there and back", back, n, 5*math.Sqrt(n*(1+math.Max(factor, 1/factor))))
	}
}

// TestScaledPoissonLooksPoissonAtShortTimes: thinning keeps a Poisson process one,
// and superposed copies do not come in pairs.
func TestScaledPoissonLooksPoissonAtShortTimes(t *testing.T) {
	t.Parallel()
	record := workloadtest.PoissonRecord(20, 2*time.Hour)
	for _, factor := range []float64{0.3, 3} {
		w := workloadtest.Must(workload.Scale(record, factor, 1))(t)
		_, cv := workloadtest.Moments(t, w)
		workloadtest.Near(t, "cv of the gaps", cv, 1, 0.02)
		seconds := workloadtest.Counts(t, w, time.Second)
		var sum, squares float64
		for _, c := range seconds {
			sum += c
			squares += c * c
		}
		mean := sum / float64(len(seconds))
		workloadtest.Near(t, "index of dispersion over a second", squares/float64(len(seconds))/mean-mean, 1, 0.15)
	}
}

// TestSuperpositionIsSteadyUpToItsEnds: copies of steady traffic neither are
// missing at the start nor pile up at the end.
func TestSuperpositionIsSteadyUpToItsEnds(t *testing.T) {
	even := make([]workload.Request, 60_000)
	for i := range even {
		even[i].At = time.Duration(i) * 2 * time.Millisecond
	}
	w := workloadtest.Must(workload.Scale(workload.NewRecorded(workload.Info{Span: 2 * time.Minute}, even), 5, 1))(t)
	for i, c := range workloadtest.Counts(t, w, 5*time.Second) {
		if math.Abs(c-12_500) > 5*math.Sqrt(10_000) {
			t.Errorf("%g requests in 5 s from second %d, want 12500", c, 5*i)
		}
	}
}

func TestScaleSeeds(t *testing.T) {
	record := workloadtest.PoissonRecord(10, time.Minute)
	for _, factor := range []float64{0.5, 2.5} {
		a, b := workloadtest.Must(workload.Scale(record, factor, 1))(t), workloadtest.Must(workload.Scale(record, factor, 1))(t)
		workloadtest.Same(t, "the same seed", workloadtest.ReadAll(t, a, 7), workloadtest.ReadAll(t, b, 512))
		if c := workloadtest.ReadAll(t, workloadtest.Must(workload.Scale(record, factor, 2))(t), 512); slices.Equal(c, workloadtest.ReadAll(t, a, 512)) {
			t.Errorf("seeds 1 and 2 scale by %g to the same requests", factor)
		}
	}
	if w := workloadtest.Must(workload.Scale(record, 1, 1))(t); w != workload.Workload(record) {
		t.Error("scaling by 1 is not the workload itself")
	}
}

func TestScaleNotes(t *testing.T) {
	record := workload.NewRecorded(workload.Info{Span: time.Hour}, nil)
	for factor, want := range map[float64]string{0.5: "scaled by 0.5: each request is kept", 2: "scaled by 2: further copies"} {
		if notes := workloadtest.Must(workload.Scale(record, factor, 1))(t).Info().Notes; len(notes) != 1 || !strings.HasPrefix(notes[0], want) {
			t.Errorf("notes at %g = %q, want %q", factor, notes, want)
		}
	}
}
