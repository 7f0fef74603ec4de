package measure

import (
	"math"
	"math/rand/v2"
)

// Round is what two targets gave in one round of the interleaving, under the same conditions.
type Round struct{ A, B []float64 }

// Ratio estimates the p-th percentile of A over that of B. Rounds are drawn as a whole, so that what disturbed both
// targets at a time cancels out. It has no interval when either side has too few observations or there are fewer than 10 rounds.
func Ratio(rounds []Round, p float64, rng *rand.Rand) Estimate {
	a, b := newSample(len(rounds)), newSample(len(rounds))
	width := clusterWidth(len(rounds))
	for i, r := range rounds {
		for _, x := range r.A {
			a.add(x, i/width)
		}
		for _, x := range r.B {
			b.add(x, i/width)
		}
	}
	sortPaired(a, b)
	return ratio(a, b, p, rng)
}

// sortPaired sorts two samples whose clusters are drawn together.
func sortPaired(a, b *sample) {
	a.sort()
	b.sort()
	a.clusters = max(a.clusters, b.clusters)
	b.clusters = a.clusters
}

// ratio is that of two samples whose clusters are the same rounds.
func ratio(a, b *sample, p float64, rng *rand.Rand) Estimate {
	return quotients(a, b, p, func() float64 {
		times := draw(a.clusters, rng)
		return quotient(a.weighted(p, times), b.weighted(p, times))
	})
}

// against is the ratio of two samples that nothing connects.
func against(a, b *sample, p float64, rng *rand.Rand) Estimate {
	return quotients(a, b, p, func() float64 {
		return quotient(a.weighted(p, draw(a.clusters, rng)), b.weighted(p, draw(b.clusters, rng)))
	})
}

// Against estimates the p-th percentile of one series over that of another that was measured at another time, so that
// nothing cancels out. Each is in order of time.
func Against(now, before []float64, p float64, rng *rand.Rand) Estimate {
	return against(clustered(now), clustered(before), p, rng)
}

// quotients estimates a ratio from resamples of it.
func quotients(a, b *sample, p float64, resample func() float64) Estimate {
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
