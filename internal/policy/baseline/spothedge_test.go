package baseline

import (
	"testing"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

func TestSpotHedge(t *testing.T) {
	s := policytest.Must[*SpotHedge](t)(NewSpotHedge(2))
	for _, test := range []struct{ target, ready, spot, onDemand int }{
		{4, 6, 6, 0},
		{4, 5, 6, 1},
		{4, 1, 6, 4}, // never beyond the target
		{4, 0, 6, 4},
		{4, 9, 6, 0}, // spot that is still to be stopped
		{0, 0, 2, 0},
	} {
		spot, onDemand := s.Replicas(test.target, test.ready)
		if spot != test.spot || onDemand != test.onDemand {
			t.Errorf("target %d, %d ready: %d on spot and %d on demand, want %d and %d",
				test.target, test.ready, spot, onDemand, test.spot, test.onDemand)
		}
	}
}

func TestSpotHedgeErrors(t *testing.T) {
	_, err := NewSpotHedge(-1)
	policytest.CheckErrors(t, map[string]error{"-1 extra spot replicas: expected 0 or more": err})
}
