package fidelity

import (
	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

// stationary is a stationary stream of requests.
type stationary struct {
	rate float64 // per second
	// arrivals and cv are those of the times between requests; none is Poisson.
	arrivals string
	cv       float64
	sizes    v1alpha1.Sizes
}

// poisson is Poisson arrivals at a rate per second.
func poisson(rate float64) stationary { return stationary{rate: rate} }

// draw makes up a number of requests on average.
func (t stationary) draw(seed uint64, requests float64) (workload.Workload, error) {
	g := v1alpha1.Generator{
		Arrivals: t.arrivals, Rate: unit.Rate(t.rate), Span: unit.Duration(requests / t.rate * 1e9), Sizes: t.sizes,
	}
	if t.cv > 0 {
		g.CV = &t.cv
	}
	return traffic.Build(nil, v1alpha1.Traffic{Seed: &seed, Generator: &g})
}
