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
