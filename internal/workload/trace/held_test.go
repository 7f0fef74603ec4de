package trace

import (
	"io"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestSeriesAreReadOnce: once their counts are held, their file is not opened again, and they are the same requests.
func TestSeriesAreReadOnce(t *testing.T) {
	const text = "t_s,count\n0,600000\n60,0\n120,700000\n"
	opened := 0
	open := func(name string) (io.ReadCloser, error) {
		opened++
		return workloadtest.Texts{"x": text}.Open(name)
	}
	for _, test := range []struct {
		maxPeriods int
		again      int // how often the file is opened by what follows
	}{{1000, 0}, {2, 0}, {1, 2}, {0, 2}} {
		s := source{file: rows.File{Open: open, Name: "x"}, trace: v1alpha1.Trace{Path: "x"}, seed: 3, maxRequests: 1_000_000, maxPeriods: test.maxPeriods}
		w := workloadtest.Must(s.read())(t)
		opened = 0
		counts := workloadtest.Must(workload.Counts(t.Context(), w, time.Minute))(t)
		if counts[0] != 600_000 || counts[1] != 0 || counts[2] != 700_000 {
			t.Errorf("counts %v", counts)
		}
		last := workloadtest.Must(workload.Select(w, []workload.Window{{From: 2*time.Minute + 30*time.Second, To: 3 * time.Minute}}))(t)
		if n := workloadtest.Counts(t, last, time.Minute)[0]; n < 345_000 || n > 355_000 {
			t.Errorf("%g requests in half a minute, want about 350000", n)
		}
		if opened != test.again {
			t.Errorf("with %d counts in memory the file was opened %d times, want %d", test.maxPeriods, opened, test.again)
		}
	}
}
