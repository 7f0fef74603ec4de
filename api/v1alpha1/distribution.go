package v1alpha1

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/random"
)

// DurationDistribution is a time that varies: a bare duration (constant), or mean with cv and shape, or p50 with p99, or
// percentiles.
type DurationDistribution struct {
	// Shape is constant, exponential, gamma, weibull, lognormal or uniform. Default: lognormal when cv or p99 is given, else constant.
	Shape string `json:"shape,omitempty" check:"oneof=constant exponential gamma weibull lognormal uniform"`
	// Mean of the distribution.
	Mean unit.Duration `json:"mean,omitempty"`
	// CV is standard deviation / mean. Default: 0, and 1 for exponential.
	CV float64 `json:"cv,omitempty" check:"lte=100"`
	// P50 is the median; with p99 it gives a log-normal.
	P50 unit.Duration `json:"p50,omitempty" check:"gt=0"`
	// P99 is the 99th percentile.
	P99 unit.Duration `json:"p99,omitempty" check:"gt=0"`
	// Max bounds what is drawn.
	Max unit.Duration `json:"max,omitempty" check:"gt=0"`
	// Percentiles are a measured distribution that no shape fits.
	Percentiles *DurationPercentiles `json:"percentiles,omitempty"`
}

// CountDistribution is a number of tokens that varies: a bare number (constant), or mean with cv and shape, or p50 with p99.
type CountDistribution struct {
	// Shape is constant, exponential, gamma, weibull, lognormal or uniform. Default: lognormal when cv or p99 is given, else constant.
	Shape string `json:"shape,omitempty" check:"oneof=constant exponential gamma weibull lognormal uniform"`
	// Mean of the distribution.
	Mean unit.Count `json:"mean,omitempty"`
	// CV is standard deviation / mean. Default: 0, and 1 for exponential.
	CV float64 `json:"cv,omitempty" check:"lte=100"`
	// P50 is the median; with p99 it gives a log-normal.
	P50 unit.Count `json:"p50,omitempty" check:"gt=0"`
	// P99 is the 99th percentile.
	P99 unit.Count `json:"p99,omitempty" check:"gt=0"`
	// Max bounds what is drawn.
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

// Dist returns the distribution in seconds.
func (d DurationDistribution) Dist() (random.Dist, error) {
	if d.Percentiles == nil {
		return newDist(random.Shape(d.Shape), d.Mean.Seconds(), d.CV, d.P50.Seconds(), d.P99.Seconds(), d.Max.Seconds())
	}
	if d != (DurationDistribution{Percentiles: d.Percentiles, Max: d.Max}) {
		return nil, errors.New("percentiles contradict mean, cv, shape, p50 and p99 beside them: keep one of the two")
	}
	dist, err := d.Percentiles.dist()
	if err != nil {
		return nil, err
	}
	return bounded(dist, d.Max.Seconds())
}

// Dist returns the distribution in units.
func (d CountDistribution) Dist() (random.Dist, error) {
	return newDist(random.Shape(d.Shape), float64(d.Mean), d.CV, float64(d.P50), float64(d.P99), float64(d.Max))
}

var errMeanOrQuantiles = errors.New("expected either mean (with cv) or p50 with p99")

func newDist(shape random.Shape, mean, cv, p50, p99, limit float64) (random.Dist, error) {
	if mean < 0 || cv < 0 || p50 < 0 || p99 < 0 || limit < 0 {
		return nil, errors.New("expected numbers of at least 0")
	}
	var (
		dist random.Dist
		err  error
	)
	switch {
	case p50 > 0 || p99 > 0:
		if mean > 0 || cv > 0 || p50 == 0 || p99 < p50 {
			return nil, fmt.Errorf("%w, the latter with p99 of at least p50", errMeanOrQuantiles)
		}
		if shape != "" && shape != random.ShapeLogNormal {
			return nil, fmt.Errorf("p50 with p99 gives a lognormal, not shape %s", shape)
		}
		if p50 == p99 {
			dist = random.Constant(p50)
		} else {
			dist = random.LogNormalFromQuantiles(p50, 0.99, p99)
		}
	default:
		if shape == "" {
			shape = random.ShapeConstant
			if cv > 0 {
				shape = random.ShapeLogNormal
			}
		}
		if dist, err = random.NewDist(shape, mean, cv); err != nil {
			return nil, err
		}
	}
	return bounded(dist, limit)
}

// bounded cuts a distribution off at a limit, which is none when 0.
func bounded(dist random.Dist, limit float64) (random.Dist, error) {
	switch {
	case limit == 0:
		return dist, nil
	case limit < dist.Mean():
		return nil, fmt.Errorf("max %g is below the mean %g", limit, dist.Mean())
	}
	return random.Bounded{Dist: dist, High: limit}, nil
}
