package workload_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// endless is a workload of a request every nanosecond. It ends a context after some of them.
type endless struct {
	end   context.CancelFunc
	after int
	read  *int
}

func (endless) Info() workload.Info              { return workload.Info{Span: 100 * 365 * 24 * time.Hour} }
func (e endless) Open() (workload.Stream, error) { return e, nil }

func (e endless) Read(dst []workload.Request) (int, error) {
	for i := range dst {
		if *e.read++; *e.read == e.after {
			e.end()
		}
		dst[i] = workload.Request{At: time.Duration(*e.read)}
	}
	return len(dst), nil
}

// TestCountsStopWithTheirContext, whatever is done to the traffic that they are of: they take some thousand requests more and
// no end of them.
func TestCountsStopWithTheirContext(t *testing.T) {
	const after, soon = 100_000, 10_000
	for name, operate := range map[string]func(w workload.Workload) (workload.Workload, error){
		"itself":    func(w workload.Workload) (workload.Workload, error) { return w, nil },
		"slice":     func(w workload.Workload) (workload.Workload, error) { return workload.Slice(w, 24*time.Hour, 0) },
		"thinned":   func(w workload.Workload) (workload.Workload, error) { return workload.Scale(w, 0.5, 1) },
		"scaled":    func(w workload.Workload) (workload.Workload, error) { return workload.Scale(w, 50, 1) },
		"merge":     func(w workload.Workload) (workload.Workload, error) { return workload.Merge(w, w) },
		"priority":  func(w workload.Workload) (workload.Workload, error) { return workload.Prioritise(w, 1) },
		"sizes":     func(w workload.Workload) (workload.Workload, error) { return sized(w), nil },
		"selection": func(w workload.Workload) (workload.Workload, error) { return workload.Select(w, lateWindows) },
		"repeat":    func(w workload.Workload) (workload.Workload, error) { return workload.Repeat(w, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			read := 0
			w := workloadtest.Must(operate(endless{end: end, after: after, read: &read}))(t)
			counts, err := workload.Counts(ctx, w, w.Info().Span/10)
			if !errors.Is(err, context.Canceled) || counts != nil {
				t.Errorf("counts %v, %v; want %v", counts, err, context.Canceled)
			}
			if read < after || read > after+soon {
				t.Errorf("%d requests read after the end", read-after)
			}
		})
	}
}

var lateWindows = []workload.Window{{From: 0, To: time.Nanosecond}, {From: 24 * time.Hour, To: 25 * time.Hour}}

func sized(w workload.Workload) workload.Workload {
	return workload.WithSizes(w, workloadtest.CountedSizes{Draws: new(int)}, 1)
}

// TestCountsOfRoundsStop in the middle of a request that a million rounds repeat.
func TestCountsOfRoundsStop(t *testing.T) {
	requests := make([]workload.Request, 1000)
	record := workload.NewRecorded(workload.Info{Span: time.Microsecond}, requests)
	w := workloadtest.Must(workload.Repeat(record, 1e9))(t)
	ctx := &endsAfter{Context: t.Context(), looks: 10}
	if counts, err := workload.Counts(ctx, w, w.Info().Span/10); !errors.Is(err, context.Canceled) {
		t.Errorf("counts %v, %v; want %v", counts, err, context.Canceled)
	}
}

// endsAfter is a context that ends when it has been looked at so often.
type endsAfter struct {
	context.Context
	looks int
}

func (e *endsAfter) Err() error {
	if e.looks--; e.looks < 0 {
		return context.Canceled
	}
	return nil
}
