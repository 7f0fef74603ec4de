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
	width := max(1, int(math.Ceil(float64(len(rounds))/mostClusters)))
	for i, r := range rounds {
		for _, x := range r.A {
			a.add(x, i/width)
		}
		for _, x := range r.B {
			b.add(x, i/width)
		}
	}
	a.sort()
	b.sort()
	clusters := max(a.clusters, b.clusters)
	a.clusters, b.clusters = clusters, clusters
	e := Estimate{Count: min(len(a.values), len(b.values))}
	if e.Count == 0 {
		return e
	}
	once := ones(clusters)
	e.Value = quotient(a.weighted(p, once), b.weighted(p, once))
	if math.IsNaN(e.Value) {
		return Estimate{}
	}
	if !a.supports(p) || !b.supports(p) {
		return e
	}
	results := make([]float64, 0, resamples)
	for range resamples {
		times := draw(clusters, rng)
		if x := quotient(a.weighted(p, times), b.weighted(p, times)); !math.IsNaN(x) {
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

// Against estimates the p-th percentile of one series over that of another that was measured at another time, so that
// nothing cancels out. Each is in order of time.
func Against(now, before []float64, p float64, rng *rand.Rand) Estimate {
	a, b := clustered(now), clustered(before)
	e := Estimate{Count: min(len(now), len(before))}
	if e.Count == 0 {
		return e
	}
	e.Value = quotient(a.weighted(p, ones(a.clusters)), b.weighted(p, ones(b.clusters)))
	switch {
	case math.IsNaN(e.Value):
		return Estimate{}
	case !a.supports(p) || !b.supports(p):
		return e
	}
	var results []float64
	for range resamples {
		if x := quotient(a.weighted(p, draw(a.clusters, rng)), b.weighted(p, draw(b.clusters, rng))); !math.IsNaN(x) {
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
