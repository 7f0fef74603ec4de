package generate

import (
	"context"
	"errors"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestCountsOfLongTrafficStop: of a hundred million requests in a hundred million phases, no more steps are taken than some
// thousand once the context has ended.
func TestCountsOfLongTrafficStop(t *testing.T) {
	g := v1alpha1.Generator{Arrivals: "mmpp", Span: unit.Duration(1e8 * time.Second), States: []v1alpha1.MMPPState{
		{Rate: 0.5, Dwell: unit.Duration(time.Second)}, {Rate: 1.5, Dwell: unit.Duration(time.Second)},
	}}
	w := workloadtest.Must(Traffic(nil, g, 1))(t)
	ctx, end := context.WithCancel(t.Context())
	steps := 0
	err := w.(workload.Expecter).Expect(ctx, func(from, to time.Duration, n float64) {
		if steps++; steps == 100_000 {
			end()
		}
	})
	if !errors.Is(err, context.Canceled) || steps > 110_000 {
		t.Errorf("%d steps, %v", steps, err)
	}
	if counts, err := workload.Counts(ctx, w, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("counts %v, %v", counts, err)
	}
}
