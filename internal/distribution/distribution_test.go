package distribution

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

func TestPercentiles(t *testing.T) {
	d := v1alpha1.DurationDistribution{Percentiles: &v1alpha1.DurationPercentiles{P0: 0, P50: unit.Duration(time.Second), P100: unit.Duration(3 * time.Second)}}
	dist, err := Duration(d)
	if err != nil || dist.Mean() != 0.5*0.5+0.5*2 {
		t.Errorf("got %v, %v", dist, err)
	}
	for name, wrong := range map[string]v1alpha1.DurationDistribution{
		"falling":        {Percentiles: &v1alpha1.DurationPercentiles{P50: 2, P99: 1, P100: 3}},
		"with a mean":    {Percentiles: d.Percentiles, Mean: 5},
		"max below mean": {Percentiles: d.Percentiles, Max: 5},
	} {
		if _, err := Duration(wrong); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
