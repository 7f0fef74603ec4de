package route

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

// TestEstimator: a second costs 2 USD and a request is expected to take 3 s.
func TestEstimator(t *testing.T) {
	e := policytest.Must[Estimator](t)(NewEstimator(2, 3*time.Second))
	for _, step := range []struct {
		name  string
		do    func()
		spend float64
		open  int
	}{
		{"the expected cost is charged at once", e.Sent, 6, 1},
		{"for each", func() { e.Sent(); e.Sent(); e.Sent() }, 24, 4},
		{"one that is dropped costs nothing", e.Dropped, 18, 3},
		{"one that is lost keeps its expected cost", e.Lost, 18, 2},
		{"the real cost takes the place of the expected one", func() { e.Served(3 * time.Second) }, 18, 1},
		{"and moves what is expected of the others", func() { e.Served(67 * time.Second); e.Sent() }, 6 + 6 + 134 + 8, 1},
	} {
		step.do()
		if got := e.Spend(); !nearly(got, step.spend) || e.InFlight() != step.open {
			t.Fatalf("%s: %g USD and %d in flight, want %g and %d", step.name, got, e.InFlight(), step.spend, step.open)
		}
	}
	if got := e.Service(); got != 4*time.Second { // 3 s + 64 s / 64
		t.Errorf("mean service time %v, want 4 s", got)
	}
}

// TestEstimatorWithoutExpectation: the first request sets the mean.
func TestEstimatorWithoutExpectation(t *testing.T) {
	var e Estimator
	e.Sent()
	e.Served(5 * time.Second)
	if got := e.Service(); got != 5*time.Second {
		t.Errorf("mean service time %v, want that of the first request", got)
	}
}

// TestEstimatorLaw: when all requests have ended, the spending is the cost of the time in service, whatever was expected.
func TestEstimatorLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expected := time.Duration(rapid.IntRange(0, 10).Draw(t, "expected")) * time.Second
		e := policytest.Must[Estimator](t)(NewEstimator(0.5, expected))
		times := rapid.SliceOf(rapid.IntRange(0, 10_000)).Draw(t, "ms")
		want := 0.0
		for _, ms := range times {
			e.Sent()
			want += 0.5 * float64(ms) / 1000
		}
		for _, ms := range times {
			e.Served(time.Duration(ms) * time.Millisecond)
		}
		if e.InFlight() != 0 || !nearly(e.Spend(), want) {
			t.Fatalf("%d in flight and %g USD, want none and %g", e.InFlight(), e.Spend(), want)
		}
	})
}

func TestEstimatorErrors(t *testing.T) {
	_, rate := NewEstimator(-1, 0)
	_, expected := NewEstimator(1, -time.Second)
	policytest.CheckErrors(t, map[string]error{
		"-1 USD for a second in service, expected service time 0s: expected 0 or more": rate,
		"1 USD for a second in service, expected service time -1s: expected 0 or more": expected,
	})
}
