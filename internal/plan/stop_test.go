package plan_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/plan"
)

// TestStopBeforeAnythingIsFound is an error that says so.
func TestStopBeforeAnythingIsFound(t *testing.T) {
	in := input(t, model(t, encoder), acme())
	stop := make(chan struct{})
	close(stop)
	in.Stop = stop
	if p, err := plan.Search(context.Background(), in); err == nil || p != nil {
		t.Errorf("a search that was stopped at once gives %v, %v", p, err)
	}
}

// TestStopEndsASearch at every step of its progress: with an error, with the best so far and a warning, or after the end.
func TestStopEndsASearch(t *testing.T) {
	m := model(t, encoder, longtest.Pick(fewHomes, nil)...)
	whole := searchWhole(t, m, acme())
	for at := 1; ; at++ {
		in := input(t, m, acme())
		stop := make(chan struct{})
		var once sync.Once
		reached := false
		in.Stop = stop
		in.Progress = func(done, _ int) {
			if done >= at {
				once.Do(func() { close(stop) })
				reached = true
			}
		}
		p, err := plan.Search(context.Background(), in)
		switch {
		case !reached:
			if jsonOf(t, p) != jsonOf(t, whole) {
				t.Error("a search that was not stopped gives another plan")
			}
			return
		case err != nil:
			continue // nothing was found by then
		case p.Best == nil:
			t.Fatalf("stopped after %d steps: no best arrangement", at)
		}
		if warned := slices.ContainsFunc(p.Warnings, func(w plan.Warning) bool { return w.Code == "stopped" }); warned != p.Stopped {
			t.Errorf("stopped after %d steps: stopped is %t, a warning is there: %t", at, p.Stopped, warned)
		}
	}
}
