package bench

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
)

// saturationOf searches from 50/s to 400/s, with a median of at most 60 ms.
func saturationOf(t *testing.T, handlers ...http.HandlerFunc) SaturationInput {
	t.Helper()
	var targets []v1alpha1.Target
	for i, h := range handlers {
		targets = append(targets, v1alpha1.Target{Name: string(rune('a' + i)), URL: benchtest.Serve(t, h).URL})
	}
	s := suiteOf(1, 1, targets...)
	s.Spec.Thresholds = []v1alpha1.SuiteThreshold{{Latency: v1alpha1.Percentiles{P50: unit.Duration(60 * time.Millisecond)}}}
	s.Spec.Gate.Most = unit.Duration(10 * time.Second) // a busy machine; the test is about the search
	return SaturationInput{Suite: s, Tool: "test", From: 50, Most: 400, Within: 0.1, Step: time.Second, Rest: time.Millisecond}
}

// TestSaturateFindsTheCapacity of a server with two places and a service of 20 ms: 100 requests a second. Beyond, it
// falls behind by the difference, which the median shows after a second.
func TestSaturateFindsTheCapacity(t *testing.T) {
	t.Parallel()
	places := make(chan struct{}, 2)
	in := saturationOf(t, func(http.ResponseWriter, *http.Request) {
		places <- struct{}{}
		time.Sleep(20 * time.Millisecond) // the service
		<-places
	})
	kept := 0
	in.Keep = func(target string, step int, log []byte) error {
		if target != "a" || step != kept || readLog(t, log).Header.Targets[0].Name != "a" {
			t.Errorf("step %d of %s is kept after %d others", step, target, kept)
		}
		kept++
		return nil
	}
	got, err := Saturate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	a := got.Targets[0]
	if a.Outcome != analysis.Found || a.Rate < 65 || a.Rate > 125 || a.Beyond > 1.1*a.Rate || kept != len(a.Steps) || !got.Complete {
		t.Errorf("%+v, want about 100/s", got)
	}
}

// TestSaturateTells what is no capacity apart: one that passes all that may be tried, and one that passes nothing.
func TestSaturateTells(t *testing.T) {
	t.Parallel()
	in := saturationOf(t, func(http.ResponseWriter, *http.Request) {}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	in.Most, in.Step = 100, 100*time.Millisecond
	var order []string
	in.Done = func(target string, _ analysis.SaturationStep) { order = append(order, target) }
	got, err := Saturate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	a, b := got.Targets[0], got.Targets[1]
	if a.Outcome != analysis.AtLeast || a.Rate != 100 || b.Outcome != analysis.NonePass || b.Rate != 0 || b.Steps[len(b.Steps)-1].Attempt != 2 {
		t.Errorf("%+v", got)
	}
	if order[0] != "a" || order[1] != "b" || order[2] != "a" {
		t.Errorf("the order is %v, want turns", order)
	}
}

// TestSaturateTriesAFailureAgain: what disturbed one step alone, and goes unseen the second time, does not decide.
func TestSaturateTriesAFailureAgain(t *testing.T) {
	t.Parallel()
	var isDisturbed atomic.Bool
	in := saturationOf(t, func(w http.ResponseWriter, _ *http.Request) {
		if isDisturbed.Load() {
			w.WriteHeader(503)
		}
	})
	in.Most, in.Step = 100, 100*time.Millisecond
	var order []float64
	in.Done = func(_ string, s analysis.SaturationStep) {
		order = append(order, s.Rate)
		isDisturbed.Store(len(order) == 1) // the second step
	}
	got, err := Saturate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	a := got.Targets[0]
	last := a.Steps[len(a.Steps)-1]
	if a.Outcome != analysis.AtLeast || a.Rate != 100 || a.Beyond != 0 || order[1] != 100 || a.Steps[1].Verdict != analysis.Fail || a.Steps[1].Attempt != 1 || last.Rate != 100 || last.Attempt != 2 {
		t.Errorf("%+v, tried %v", a, order)
	}
}

// TestSaturateIsBoundedByTheClient: a client that is late says nothing of the target.
func TestSaturateIsBoundedByTheClient(t *testing.T) {
	t.Parallel()
	in := saturationOf(t, func(http.ResponseWriter, *http.Request) {})
	in.Suite.Spec.Gate.Most, in.Step = 1, 200*time.Millisecond
	got, err := Saturate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if a := got.Targets[0]; a.Outcome != analysis.ByOwn || a.Rate != 0 || len(a.Steps) != mostTries || a.Steps[0].Invalid == "" {
		t.Errorf("%+v", got)
	}
}

func TestSaturateStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	in := saturationOf(t, func(http.ResponseWriter, *http.Request) { cancel() })
	got, err := Saturate(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if got.Complete || got.Targets[0].Outcome != analysis.Stopped {
		t.Errorf("%+v", got)
	}
}
