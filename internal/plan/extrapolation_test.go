package plan_test

import (
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/plan"
)

// promptsModel has prompts of 100 tokens on a small node; RANGE is what its times were measured with.
const promptsModel = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: prompts}
spec:
  traffic: {generator: {rate: 0.5/s, span: 1h, sizes: {input: 100}}}
  service:
    profiles:
      - cpu: x86
        fixed: {duration: 200ms, concurrency: 2}
        source: measured
        reference: measured on x86, 2026-11-20, 900 requests
        range: RANGE
  homes: [{offer: acme/nodes/small}]
`

// TestExtrapolationIsWarnedOf: a profile that says what it was measured with is not relied on beyond that in silence.
func TestExtrapolationIsWarnedOf(t *testing.T) {
	for measured, want := range map[string][]string{
		"{requests: 900, inFlight: 8, input: {least: 1, greatest: 500}}":   nil,
		"{requests: 900, inFlight: 8, input: {least: 1, greatest: 50}}":    {"extrapolated-size"},
		"{requests: 900, inFlight: 1, input: {least: 200, greatest: 500}}": {"extrapolated-size", "extrapolated-concurrency"},
	} {
		s, err := plan.Simulate(t.Context(), input(t, model(t, promptsModel, "RANGE", measured), acme()))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range s.Warnings {
			if strings.HasPrefix(w.Code, "extrapolated-") && w.Code != "extrapolated-month" {
				got = append(got, w.Code)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, expected %q", measured, got, want)
		}
	}
}
