// Package distribution makes the distributions that files describe into those
// that can be drawn from.
//
// In goes a duration or a count as a file gives it (mean with cv, p50 with p99, or
// percentiles); out comes a random.Dist, or what is wrong with the description.
package distribution

import (
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
)

// Duration returns the distribution of a time, in seconds.
func Duration(d v1alpha1.DurationDistribution) (random.Dist, error) {
	if d.Percentiles == nil {
		return newDist(random.Shape(d.Shape), d.Mean.Seconds(), d.CV, d.P50.Seconds(), d.P99.Seconds(), d.Max.Seconds())
	}
	if d != (v1alpha1.DurationDistribution{Percentiles: d.Percentiles, Max: d.Max}) {
		return nil, errors.New("percentiles contradict mean, cv, shape, p50 and p99 beside them: keep one of the two")
	}
	dist, err := percentiles(d.Percentiles)
	if err != nil {
		return nil, err
	}
	return bounded(dist, d.Max.Seconds())
}

// Count returns the distribution of a number, in units.
func Count(d v1alpha1.CountDistribution) (random.Dist, error) {
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

// percentiles returns the distribution in seconds.
func percentiles(p *v1alpha1.DurationPercentiles) (random.Dist, error) {
	q := &random.Quantiles{}
	last := unit.Duration(0)
	for _, point := range p.Points() {
		at := *point.Value
		if at == 0 && point.Share > 0 && point.Share < 1 {
			continue
		}
		if at < last {
			return nil, errors.New("expected percentiles that do not fall")
		}
		last = at
		q.P, q.Value = append(q.P, point.Share), append(q.Value, at.Seconds())
	}
	return q, nil
}
