package workload_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestSampleOfParts: the sample of a merge of records is the one that reads
// the merge through, ties and all.
func TestSampleOfParts(t *testing.T) {
	t.Parallel()
	var merge workload.Workload
	var windows []workload.Window
	law(t, func(t *rapid.T, record *workload.Recorded) (workload.Workload, error) {
		again, err := workload.Prioritise(record, 0)
		if err != nil {
			return nil, err
		}
		if merge, err = workload.Merge(record, workloadtest.DrawRecord(t, "other"), again); err != nil {
			return nil, err
		}
		span := merge.Info().Span
		windows = workloadtest.EveryNth(span, rapid.IntRange(2, 5).Draw(t, "n"), max(span/1000, workloadtest.DrawSpan(t, "block", span)))
		return workload.Select(merge, windows)
	}, func(t *rapid.T, _, out []workload.Request, _ workload.Workload) {
		through, err := workload.Select(workloadtest.Opaque{Workload: merge}, windows)
		if err != nil {
			t.Fatal(err)
		}
		workloadtest.Same(t, "the merge read through", workloadtest.ReadAll(t, through, 64), out)
	})
}

// TestSelectOfOperationsIsCutOutOfThem, in any combination of those that draw nothing.
func TestSelectOfOperationsIsCutOutOfThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var w workload.Workload = workloadtest.DrawRecord(t, "record")
		for _, op := range rapid.SliceOfN(rapid.SampledFrom([]string{"slice", "repeat", "merge", "priority", "select"}), 0, 4).Draw(t, "operations") {
			w = drawOperation(t, op, w)
		}
		windows := workloadtest.DrawWindows(t, w.Info().Span)
		selection, err := workload.Select(w, windows)
		if err != nil {
			t.Fatal(err)
		}
		workloadtest.Same(t, "selection", workloadtest.ReadAll(t, selection, rapid.IntRange(1, 70).Draw(t, "batch")), workloadtest.CutOut(workloadtest.ReadAll(t, w, 64), windows))
	})
}

func drawOperation(t *rapid.T, op string, w workload.Workload) workload.Workload {
	var err error
	span := w.Info().Span
	switch op {
	case "slice":
		from := workloadtest.DrawWithin(t, "from", 0, span)
		w, err = workload.Slice(w, from, workloadtest.DrawWithin(t, "to", from+1, span+1))
	case "repeat":
		w, err = workload.Repeat(w, rapid.IntRange(1, 4).Draw(t, "times"))
	case "merge":
		w, err = workload.Merge(w, workloadtest.DrawRecord(t, "other"))
	case "priority":
		w, err = workload.Prioritise(w, 3)
	case "select":
		w, err = workload.Select(w, workloadtest.DrawWindows(t, span))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSelectLaws(t *testing.T) {
	var windows []workload.Window
	law(t, func(t *rapid.T, w *workload.Recorded) (workload.Workload, error) {
		windows = workloadtest.DrawWindows(t, w.Info().Span)
		return workload.Select(w, windows)
	}, func(t *rapid.T, in, out []workload.Request, _ workload.Workload) {
		workloadtest.Same(t, "selection", out, workloadtest.CutOut(in, windows))
	})
}

func TestSelectTenMinuteBlocks(t *testing.T) {
	w := workloadtest.Sample(t, workloadtest.PoissonRecord(1, 95*time.Minute), 3, 10*time.Minute)
	info := w.Info()
	// Blocks 0, 3, 6 and half of 9.
	if want := 35 * time.Minute; info.Span != want {
		t.Errorf("span = %s, want %s", info.Span, want)
	}
	if len(info.Notes) != 1 || info.Notes[0] != "a selection of 4 windows, 35m of 1h35m" {
		t.Errorf("notes = %q", info.Notes)
	}
	n := float64(len(workloadtest.ReadAll(t, w, 100)))
	workloadtest.Near(t, "requests", n, 35*60, 5*math.Sqrt(35*60))
}
