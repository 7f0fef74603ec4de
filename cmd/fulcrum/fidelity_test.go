package main

import (
	"bytes"
	"runtime"
	"testing"

	"fulcrum.dev/fulcrum/internal/fidelity"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/report"
)

const fidelityPage = "../../docs/fidelity.md"

// TestFidelity makes every comparison, and keeps docs/fidelity.md what comes out.
func TestFidelity(t *testing.T) {
	if !*update {
		longtest.Need(t, "simulates 300 million requests")
	}
	t.Parallel()
	f := fidelityFlags{seed: 1, scale: 1, workers: runtime.GOMAXPROCS(0)}
	result, err := f.compare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range result.Rows {
		if !r.OK {
			t.Errorf("off by %.2g %%: %+v", r.ErrorPercent, r)
		}
	}
	checkIntervals(t, result)
	var page bytes.Buffer
	if err := report.FidelityPage(&page, result); err != nil {
		t.Fatal(err)
	}
	committed(t, fidelityPage, page.String())
}

// checkIntervals: a row whose interval is wide shows little. None may be wider than 3 % to either side, and about half are within the tolerance.
func checkIntervals(t *testing.T, result *fidelity.Result) {
	drawn, narrow := 0, 0
	for _, r := range result.Rows {
		if r.HalfWidth == 0 {
			continue
		}
		drawn++
		switch {
		case r.HalfWidth > 0.03*r.Expected:
			t.Errorf("the interval is too wide: %+v", r)
		case r.HalfWidth <= fidelity.Tolerance*r.Expected:
			narrow++
		}
	}
	if drawn < 80 || narrow < 2*drawn/5 {
		t.Errorf("%d intervals, of which %d are within the tolerance", drawn, narrow)
	}
}
