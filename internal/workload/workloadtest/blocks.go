package workloadtest

import (
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
)

// CutOut is what Select is to give of requests.
func CutOut(requests []workload.Request, windows []workload.Window) []workload.Request {
	var out []workload.Request
	var kept time.Duration
	for _, w := range windows {
		for _, q := range requests {
			if q.At >= w.From && q.At < w.To {
				q.At += kept - w.From
				out = append(out, q)
			}
		}
		kept += w.To - w.From
	}
	return out
}

// Opaque hides all that a workload offers beside Open, so that operations read it through and copy its requests.
type Opaque struct{ workload.Workload }

// EveryNth returns the windows of every n-th block of time.
func EveryNth(span time.Duration, n int, block time.Duration) []workload.Window {
	var windows []workload.Window
	for from := time.Duration(0); ; from += time.Duration(n) * block {
		windows = append(windows, workload.Window{From: from, To: from + min(block, span-from)})
		if span-from <= time.Duration(n)*block {
			return windows
		}
	}
}

// Sample selects every n-th block of time.
func Sample(t T, w workload.Workload, n int, block time.Duration) workload.Workload {
	t.Helper()
	sample, err := workload.Select(w, EveryNth(w.Info().Span, n, block))
	if err != nil {
		t.Fatal(err)
	}
	return sample
}

// Blocks returns the requests of each block of a sample, counted from its start.
func Blocks(t T, w workload.Workload, block time.Duration) [][]workload.Request {
	t.Helper()
	blocks := make([][]workload.Request, (w.Info().Span+block-1)/block)
	for _, q := range ReadAll(t, w, 1024) {
		i := q.At / block
		q.At -= i * block
		blocks[i] = append(blocks[i], q)
	}
	return blocks
}
