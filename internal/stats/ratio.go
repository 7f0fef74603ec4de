package stats

import (
	"math"
	"math/rand/v2"
)

// PairedRatio estimates the p-th percentile of a divided by that of b, which were measured at the same time: the clusters of
// both are the same rounds. A round is drawn for both at once, so that disturbances of both cancel out. There is no
// interval if either side has too few observations, or if there are fewer than 10 clusters.
func PairedRatio(a, b *Sample, p float64, rng *rand.Rand) Estimate {
	a.sort()
	b.sort()
	a.clusters = max(a.clusters, b.clusters)
	b.clusters = a.clusters
	return quotients(a, b, p, func() float64 {
		times := draw(a.clusters, rng)
		return quotient(a.weighted(p, times), b.weighted(p, times))
	})
}

// Ratio estimates the p-th percentile of a divided by that of b, which were measured at different times: nothing cancels out.
func Ratio(a, b *Sample, p float64, rng *rand.Rand) Estimate {
	a.sort()
	b.sort()
	return quotients(a, b, p, func() float64 {
		return quotient(a.weighted(p, draw(a.clusters, rng)), b.weighted(p, draw(b.clusters, rng)))
	})
}

// quotients estimates a ratio from resamples of it.
func quotients(a, b *Sample, p float64, resample func() float64) Estimate {
	e := Estimate{Count: min(len(a.values), len(b.values))}
	if e.Count == 0 {
		return e
	}
	e.Value = quotient(a.weighted(p, ones(a.clusters)), b.weighted(p, ones(b.clusters)))
	if math.IsNaN(e.Value) {
		return Estimate{}
	}
	fewer := a
	if len(b.values) < len(a.values) {
		fewer = b
	}
	if e.Lacks = fewer.lacks(p); e.Lacks != "" {
		return e
	}
	results := make([]float64, 0, resamples)
	for range resamples {
		if x := resample(); !math.IsNaN(x) {
			results = append(results, x)
		}
	}
	if len(results) == 0 {
		return e
	}
	e.Low, e.High = ends(results)
	e.HasInterval = true
	return e
}

// quotient is NaN where there is no ratio.
func quotient(a, b float64) float64 {
	if !(b > 0) {
		return math.NaN()
	}
	return a / b
}
