package plan

import (
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/stats"
)

// TestMetExactlyWhenThePercentileIsWithin: where every request is served, the verdict on an objective and the percentile
// that is shown beside it agree, whatever the number of requests and of those beyond the bound. Requests take 1 to n us,
// which histograms hold exactly.
func TestMetExactlyWhenThePercentileIsWithin(t *testing.T) {
	h := stats.NewHistogram()
	for n := int64(1); n <= 200; n++ {
		h.Record(time.Duration(n) * time.Microsecond)
		summary := h.Summary()
		for bound := int64(1); bound <= n; bound++ {
			limit := unit.Duration(time.Duration(bound) * time.Microsecond)
			spec := &v1alpha1.ModelSpec{}
			spec.Objectives.Latency = v1alpha1.Percentiles{P50: limit, P95: limit, P99: limit}
			e := &evaluator{spec: spec, objs: objectives(spec)}
			exceeded := n - bound
			o := simulate.Outcome{Arrivals: n, Served: n, Latency: summary, Exceeded: []int64{exceeded, exceeded, exceeded, 0}}
			for _, at := range e.judge(o) {
				if within := math.Round(at.Got*1e6) <= math.Round(at.Bound*1e6); at.Unit == "s" && at.Met != within {
					t.Errorf("%s of %d requests is %g s, %d exceed the bound of %g s, and the objective is met: %t", at.Objective, n, at.Got, exceeded, at.Bound, at.Met)
				}
			}
		}
	}
}

// TestErrorsOfAShareThatIsNoFloat: 29 % of 100 requests are 29, though 0.29 times 100 is less as floating-point numbers.
func TestErrorsOfAShareThatIsNoFloat(t *testing.T) {
	spec := &v1alpha1.ModelSpec{}
	spec.Objectives.Errors = new(unit.Share(0.29))
	e := &evaluator{spec: spec, objs: objectives(spec), traffic: Traffic{Requests: 100}}
	for failed, met := range map[int64]bool{28: true, 29: true, 30: false} {
		o := simulate.Outcome{Arrivals: 100, Served: 100 - failed, Rejected: failed, Exceeded: []int64{failed}}
		if at := e.judge(o)[0]; at.Met != met {
			t.Errorf("%d of 100 requests fail, 29 %% may: met is %t", failed, at.Met)
		}
	}
	if n := e.allowed(e.objs[0]); n != 29 {
		t.Errorf("a run goes on until more than %g requests have failed, want 29", n)
	}
}

func TestFiguresDifferWhereTheNumbersDo(t *testing.T) {
	for _, test := range []struct {
		got, bound         float64
		wantGot, wantBound string
	}{
		{0.00100012, 0.001, "0.10001 %", "0.1 %"},
		{0.02, 0.001, "2 %", "0.1 %"},
		{0.001, 0.001, "0.1 %", "0.1 %"},
	} {
		got, bound := Attainment{Unit: "share", Got: test.got, Bound: test.bound}.Figures()
		if got != test.wantGot || bound != test.wantBound {
			t.Errorf("%g of %g is shown as %s of %s, want %s of %s", test.got, test.bound, got, bound, test.wantGot, test.wantBound)
		}
	}
}
