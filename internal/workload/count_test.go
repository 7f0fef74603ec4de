package workload_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestCountsOfRecordedTrafficAreThoseOfItsRequests, whatever was done to it that draws nothing.
func TestCountsOfRecordedTrafficAreThoseOfItsRequests(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var w workload.Workload = workloadtest.DrawRecord(t, "record")
		for _, op := range rapid.SliceOfN(rapid.SampledFrom([]string{"slice", "repeat", "merge", "priority", "select"}), 0, 4).Draw(t, "operations") {
			w = drawOperation(t, op, w)
		}
		if rapid.Bool().Draw(t, "hidden") {
			w = workloadtest.Opaque{Workload: w}
		}
		span := w.Info().Span
		block := max(1, span/1000, workloadtest.DrawSpan(t, "block", 2*span))
		got, err := workload.Counts(context.Background(), w, block)
		if err != nil {
			t.Fatal(err)
		}
		if want := workloadtest.Counts(t, w, block); !slices.Equal(got, want) {
			t.Fatalf("counts of blocks of %s: %v, want %v", block, got, want)
		}
	})
}

func TestCountsRefuse(t *testing.T) {
	w := workload.NewRecorded(workload.Info{Span: 1e6 * time.Hour}, nil)
	for _, block := range []time.Duration{0, -time.Second, 1, time.Millisecond} {
		if counts, err := workload.Counts(context.Background(), w, block); err == nil {
			t.Errorf("%d blocks of %s, want an error", len(counts), block)
		}
	}
	if counts, err := workload.Counts(context.Background(), workload.NewRecorded(workload.Info{}, nil), time.Second); err != nil || len(counts) != 0 {
		t.Errorf("no time: %v, %v", counts, err)
	}
	if _, err := workload.Counts(context.Background(), broken{}, time.Second); err == nil {
		t.Error("a source that fails: no error")
	}
}
