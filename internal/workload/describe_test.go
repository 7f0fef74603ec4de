package workload_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// A description that can be worked out by hand: minutes with 2, 0 and 1 requests.
func TestDescribe(t *testing.T) {
	w := workload.NewRecorded(workload.Info{Span: 3 * time.Minute, HasTokens: true, HasWork: true}, []workload.Request{
		{At: 0, Input: 10, Output: 1, Work: time.Second},
		{At: 30 * time.Second, Input: 30, Output: 2, Work: 3 * time.Second},
		{At: 150 * time.Second, Input: 20, Output: 6, Work: 2 * time.Second},
	})
	d, err := workload.Describe(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	want := workload.Description{
		Info: w.Info(), Requests: 3, Rate: 3.0 / 180,
		Peaks: []workload.Peak{{time.Second, new(151.0 / 3)}, {time.Minute, new(float64(2))}, {time.Hour, nil}},
		CV:    new(45.0 / 75), Dispersion: new(2.0 / 3), IdleMinutes: new(1.0 / 3),
		Input:  &workload.SizeDescription{3, 20, 20, 30, 30, 30},
		Output: &workload.SizeDescription{3, 3, 2, 6, 6, 6},
		Work:   &workload.SizeDescription{3, 2, 2, 3, 3, 3},
	}
	if diff := cmp.Diff(want, d, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The figures do not depend on how the times are laid out in batches, and agree
// with a plain computation.
func TestDescribeAgreesWithPlainComputation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gaps := rapid.SliceOfN(rapid.Int64Range(0, int64(5*time.Minute)), 2, 400).Draw(t, "gaps")
		var requests []workload.Request
		var at time.Duration
		requests = append(requests, workload.Request{})
		for _, g := range gaps {
			at += time.Duration(g)
			requests = append(requests, workload.Request{At: at})
		}
		if at == 0 {
			t.Skip("one instant")
		}
		span := at + max(1, at/time.Duration(len(gaps)))
		d, err := workload.Describe(context.Background(), workload.NewRecorded(workload.Info{Span: span}, requests))
		if err != nil {
			t.Fatal(err)
		}
		perMinute := make([]float64, at/time.Minute+1)
		for _, q := range requests {
			perMinute[q.At/time.Minute]++
		}
		var sum, squares, peak, idle float64
		for _, c := range perMinute {
			sum, squares, peak = sum+c, squares+c*c, math.Max(peak, c)
			if c == 0 {
				idle++
			}
		}
		n := float64(len(perMinute))
		mean := sum / n
		for name, pair := range map[string][2]float64{
			"peak": {*d.Peaks[1].Ratio, peak / mean}, "dispersion": {*d.Dispersion, (squares/n - mean*mean) / mean}, "idle": {*d.IdleMinutes, idle / n},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-6*(1+pair[1]) {
				t.Fatalf("%s %g, want %g", name, pair[0], pair[1])
			}
		}
	})
}

func TestDescribePoisson(t *testing.T) {
	d, err := workload.Describe(context.Background(), workloadtest.PoissonRecord(5, 10*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(*d.CV-1) > 0.01 || math.Abs(*d.Dispersion-1) > 0.15 || *d.IdleMinutes != 0 || math.Abs(d.Rate-5) > 0.1 {
		t.Errorf("cv %g, dispersion %g, idle %g, rate %g", *d.CV, *d.Dispersion, *d.IdleMinutes, d.Rate)
	}
}

func TestDescribeNothing(t *testing.T) {
	d, err := workload.Describe(context.Background(), workload.NewRecorded(workload.Info{Span: time.Hour}, nil))
	if err != nil || d.Requests != 0 || d.CV != nil || d.Dispersion != nil || len(d.Peaks) != 3 || d.Peaks[0].Ratio != nil {
		t.Errorf("%+v, %v", d, err)
	}
}
