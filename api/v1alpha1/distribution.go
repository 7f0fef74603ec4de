package v1alpha1

import (
	"bytes"
	"encoding/json"

	"fulcrum.dev/fulcrum/api/unit"
)

// DurationDistribution is a time that varies: a bare duration (constant), or mean with cv and shape, or p50 with p99, or
// percentiles.
type DurationDistribution struct {
	// Shape is constant, exponential, gamma, weibull, lognormal or uniform. Default: lognormal when cv or p99 is given, else constant.
	Shape string `json:"shape,omitempty" check:"oneof=constant exponential gamma weibull lognormal uniform"`
	// Mean of the distribution.
	Mean unit.Duration `json:"mean,omitempty" check:"scalar"`
	// CV is standard deviation / mean. Default: 0, and 1 for exponential.
	CV float64 `json:"cv,omitempty" check:"lte=100"`
	// P50 is the median; with p99 it gives a log-normal.
	P50 unit.Duration `json:"p50,omitempty" check:"gt=0"`
	// P99 is the 99th percentile.
	P99 unit.Duration `json:"p99,omitempty" check:"gt=0"`
	// Max cuts off larger values.
	Max unit.Duration `json:"max,omitempty" check:"gt=0"`
	// Percentiles are a measured distribution that no shape fits.
	Percentiles *DurationPercentiles `json:"percentiles,omitempty"`
}

// CountDistribution is a number of tokens that varies: a bare number (constant), or mean with cv and shape, or p50 with p99.
type CountDistribution struct {
	// Shape is constant, exponential, gamma, weibull, lognormal or uniform. Default: lognormal when cv or p99 is given, else constant.
	Shape string `json:"shape,omitempty" check:"oneof=constant exponential gamma weibull lognormal uniform"`
	// Mean of the distribution.
	Mean unit.Count `json:"mean,omitempty" check:"scalar"`
	// CV is standard deviation / mean. Default: 0, and 1 for exponential.
	CV float64 `json:"cv,omitempty" check:"lte=100"`
	// P50 is the median; with p99 it gives a log-normal.
	P50 unit.Count `json:"p50,omitempty" check:"gt=0"`
	// P99 is the 99th percentile.
	P99 unit.Count `json:"p99,omitempty" check:"gt=0"`
	// Max cuts off larger values.
	Max unit.Count `json:"max,omitempty" check:"gt=0"`
}

// UnmarshalJSON reads a bare duration or the object.
func (d *DurationDistribution) UnmarshalJSON(data []byte) error {
	type object DurationDistribution
	if isObject(data) {
		return json.Unmarshal(data, (*object)(d))
	}
	*d = DurationDistribution{}
	return d.Mean.UnmarshalJSON(data)
}

// UnmarshalJSON reads a bare number or the object.
func (d *CountDistribution) UnmarshalJSON(data []byte) error {
	type object CountDistribution
	if isObject(data) {
		return json.Unmarshal(data, (*object)(d))
	}
	*d = CountDistribution{}
	return d.Mean.UnmarshalJSON(data)
}

func isObject(data []byte) bool {
	trimmed := bytes.TrimSpace(data)
	return len(trimmed) > 0 && trimmed[0] == '{'
}
