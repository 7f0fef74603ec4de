package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// DurationPercentiles is a measured distribution, interpolated linearly between the given percentiles.
type DurationPercentiles struct {
	// P0 is the minimum.
	P0 unit.Duration `json:"p0"`
	// P1 is the 1st percentile.
	P1 unit.Duration `json:"p1,omitempty" check:"gt=0"`
	// P5 is the 5th percentile.
	P5 unit.Duration `json:"p5,omitempty" check:"gt=0"`
	// P10 is the 10th percentile.
	P10 unit.Duration `json:"p10,omitempty" check:"gt=0"`
	// P25 is the 25th percentile.
	P25 unit.Duration `json:"p25,omitempty" check:"gt=0"`
	// P50 is the median.
	P50 unit.Duration `json:"p50,omitempty" check:"gt=0"`
	// P75 is the 75th percentile.
	P75 unit.Duration `json:"p75,omitempty" check:"gt=0"`
	// P90 is the 90th percentile.
	P90 unit.Duration `json:"p90,omitempty" check:"gt=0"`
	// P95 is the 95th percentile.
	P95 unit.Duration `json:"p95,omitempty" check:"gt=0"`
	// P98 is the 98th percentile.
	P98 unit.Duration `json:"p98,omitempty" check:"gt=0"`
	// P99 is the 99th percentile.
	P99 unit.Duration `json:"p99,omitempty" check:"gt=0"`
	// P100 is the maximum.
	P100 unit.Duration `json:"p100" check:"gt=0"`
}

// PercentilePoint is a percentile that a DurationPercentiles has a field for.
type PercentilePoint struct {
	Share float64 // from 0 to 1
	Value *unit.Duration
}

// Points are the fields in rising order; those that are not given hold 0.
func (p *DurationPercentiles) Points() []PercentilePoint {
	return []PercentilePoint{
		{0, &p.P0},
		{0.01, &p.P1},
		{0.05, &p.P5},
		{0.10, &p.P10},
		{0.25, &p.P25},
		{0.50, &p.P50},
		{0.75, &p.P75},
		{0.90, &p.P90},
		{0.95, &p.P95},
		{0.98, &p.P98},
		{0.99, &p.P99},
		{1, &p.P100},
	}
}
