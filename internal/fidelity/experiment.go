package fidelity

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/workload"
)

// replications is the number of independent runs of an experiment, each with its
// own requests and draws from an empty system on: so many that Student's t is near
// its limit, so few that each is long beside its warm-up.
const replications = 20

// experiment is one system under one traffic, of which some quantities are known.
type experiment struct {
	name     string
	traffic  stationary
	requests float64 // of all replications together
	// warmUp is the time at the start of a replication whose requests are left out, for systems that take long to forget that
	// they began empty; of a short replication, at most half.
	warmUp time.Duration
	// systems are run under the same requests, one after the other. Several homes are a base, and what overflows it when it is full.
	systems [][]home.Home
	// moments is the length of the timeline that the quantities read; 0 is none.
	moments    int
	quantities []quantity
	// also are rows that follow from all samples, of each quantity in each replication.
	also func(samples [][]float64) []Row
}

// quantity is a number whose expectation is known.
type quantity struct {
	name, unit string
	expected   float64
	source     string
	// half is half of the interval that comes with the expected figure.
	half float64
	// of reads it from the outcomes of the systems.
	of func(o []simulate.Outcome) float64
}

// rows runs the replications and compares.
func (e experiment) rows(ctx context.Context, group string, opt Options) ([]Row, error) {
	samples := make([][]float64, len(e.quantities))
	for k := range uint64(replications) {
		outcomes, err := e.replicate(ctx, random.Derive(e.seed(group, opt.Seed), k), opt.Scale)
		if err != nil {
			return nil, err
		}
		for i, q := range e.quantities {
			samples[i] = append(samples[i], q.of(outcomes))
		}
	}
	var rows []Row
	for i, q := range e.quantities {
		r := Row{Case: e.name, Quantity: q.name, Unit: q.unit, Expected: q.expected, Source: q.source}
		if r.Got, r.HalfWidth = interval(samples[i]); math.IsNaN(r.Got) {
			return nil, fmt.Errorf("%s: too few requests for the %s: expected a greater scale than %g", e.name, q.name, opt.Scale)
		}
		rows = append(rows, r.simulated(q.half))
	}
	if e.also != nil {
		rows = append(rows, e.also(samples)...)
	}
	return rows, nil
}

// seed depends on the experiment's name and not on its place, so that a new experiment leaves the numbers of the others alone.
func (e experiment) seed(group string, seed uint64) uint64 {
	h := fnv.New64a()
	h.Write([]byte(group + "/" + e.name))
	return random.Derive(seed, h.Sum64())
}

// replicate runs every system once under the same requests and draws.
func (e experiment) replicate(ctx context.Context, seed uint64, scale float64) ([]simulate.Outcome, error) {
	w, err := e.traffic.draw(seed, scale*e.requests/replications)
	if err != nil {
		return nil, err
	}
	if e.warmUp > 0 {
		w = warmUp{w, min(e.warmUp, w.Info().Span/2)}
	}
	if len(e.systems) > 1 { // several systems read the same requests: they are drawn once
		if w, err = workload.Cache(w, 1<<20); err != nil {
			return nil, err
		}
	}
	outcomes := make([]simulate.Outcome, len(e.systems))
	for i, homes := range e.systems {
		router, err := overflowWhenFull(homes)
		if err != nil {
			return nil, err
		}
		opt := simulate.Options{Seed: seed, Timeline: e.moments}
		if outcomes[i], err = simulate.RunHybrid(ctx, simulate.Hybrid{Homes: homes, Router: router}, w, opt); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// overflowWhenFull returns the router that sends to the second home what finds no free slot at the first; none for one home.
func overflowWhenFull(homes []home.Home) (route.Router, error) {
	if len(homes) == 1 {
		return nil, nil
	}
	full := route.Saturation{Signal: route.InFlightShare, Enter: 1, Leave: 1 - 1e-3}
	return route.NewBaseOverflow(route.OverflowRule{Saturation: full})
}

// single reads a quantity of an experiment with one system.
func single(of func(o simulate.Outcome) float64) func([]simulate.Outcome) float64 {
	return func(o []simulate.Outcome) float64 { return of(o[0]) }
}
