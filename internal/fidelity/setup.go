package fidelity

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/oracle"
	"fulcrum.dev/fulcrum/internal/random"
)

const aboutSetUp = `Containers that are off when idle: what waits starts one, which takes a time D of mean 1/alpha, and a start that has become
surplus is given up. Service is exponential with a mean of 1 s. The first 40 D of a replication are left out: it begins with
all of them off. Starts of constant length have no formula for several servers: their
figures are those of another simulation, printed with its error, which adds to what is allowed.`

// setUpCase is servers with set-up and the mean time in system that is known of them.
type setUpCase struct {
	name     string
	home     home.Home
	lambda   float64
	requests float64
	expected float64
	half     float64 // of the interval that comes with it
	source   string
}

// warmUpStarts is the warm-up in mean times of a start: the queue that builds up during the first one has to drain.
const warmUpStarts = 40

func (c setUpCase) experiment() experiment {
	return experiment{
		name: c.name, traffic: poisson(c.lambda), requests: c.requests,
		warmUp:  time.Duration(warmUpStarts * c.home.Container.StartUp.Mean() * 1e9),
		systems: [][]home.Home{{c.home}},
		quantities: []quantity{{
			name: "mean time in system", unit: "s", expected: c.expected, half: c.half, source: c.source, of: single(warmSojourn),
		}},
	}
}

func setUp() ([]experiment, error) {
	var list []experiment
	for _, cases := range []func() ([]setUpCase, error){oneStarted, severalStarted, manyStarted, staggeredStarts, constantStarts} {
		made, err := cases()
		if err != nil {
			return nil, err
		}
		for _, c := range made {
			list = append(list, c.experiment())
		}
	}
	return list, nil
}

// oneStarted is M/G/1 with set-up, which is known for any distribution of the set-up.
func oneStarted() ([]setUpCase, error) {
	const lambda, mean = 0.5, 10
	q, err := oracle.NewMG1(lambda, 1, 1)
	if err != nil {
		return nil, err
	}
	var list []setUpCase
	for _, start := range []struct {
		name   string
		dist   random.Dist
		square float64 // E[D^2]
	}{{"constant", random.Constant(mean), mean * mean}, {"exponential", random.Exponential(mean), 2 * mean * mean}} {
		expected, err := q.MeanSojournSetUp(mean, start.square)
		if err != nil {
			return nil, err
		}
		list = append(list, setUpCase{
			name: fmt.Sprintf("M/M/1, lambda = %g, D = %d s %s", lambda, mean, start.name), home: started(1, start.dist),
			lambda: lambda, requests: 2e6, expected: expected, source: "MG1.MeanSojournSetUp",
		})
	}
	return list, nil
}

// severalStarted is M/M/c with exponential set-up, whose Markov chain is solved.
func severalStarted() ([]setUpCase, error) {
	var list []setUpCase
	for _, row := range []struct {
		c                       int
		lambda, alpha, requests float64
	}{{2, 1, .1, 3e6}, {4, 3.2, .1, 5e6}, {16, 12.8, .02, 14e6}, {16, 8, .02, 6e6}} {
		q, err := oracle.NewMMcSetUp(row.c, row.lambda, 1, row.alpha)
		if err != nil {
			return nil, err
		}
		list = append(list, setUpCase{
			name: fmt.Sprintf("M/M/%d, lambda = %g, alpha = %g", row.c, row.lambda, row.alpha), home: started(row.c, random.Exponential(1/row.alpha)),
			lambda: row.lambda, requests: row.requests, expected: q.MeanSojourn(), source: "MMcSetUp.MeanSojourn",
		})
	}
	return list, nil
}

// manyStarted has a server for every request that needs one.
func manyStarted() ([]setUpCase, error) {
	const most = 1000 // far more than are ever needed
	var list []setUpCase
	for _, row := range []struct{ lambda, alpha float64 }{{5, .1}, {10, .05}} {
		q, err := oracle.NewMMInfSetUp(row.lambda, 1, row.alpha)
		if err != nil {
			return nil, err
		}
		list = append(list, setUpCase{
			name: fmt.Sprintf("M/M/infinity, lambda = %g, alpha = %g", row.lambda, row.alpha), home: started(most, random.Exponential(1/row.alpha)),
			lambda: row.lambda, requests: 2e6, expected: q.MeanSojourn(), source: "MMInfSetUp.MeanSojourn",
		})
	}
	return list, nil
}

// staggeredStarts is M/M/c where one server at a time is started.
func staggeredStarts() ([]setUpCase, error) {
	var list []setUpCase
	for _, row := range []struct {
		c                       int
		lambda, alpha, requests float64
	}{{2, 1, .1, 2e6}, {4, 3.2, 1, 3e6}, {16, 12.8, .5, 8e6}} {
		q, err := oracle.NewMMc(row.c, row.lambda, 1)
		if err != nil {
			return nil, err
		}
		expected, err := q.MeanSojournStaggered(row.alpha)
		if err != nil {
			return nil, err
		}
		list = append(list, setUpCase{
			name: fmt.Sprintf("staggered M/M/%d, lambda = %g, alpha = %g", row.c, row.lambda, row.alpha), home: staggered(row.c, random.Exponential(1/row.alpha)),
			lambda: row.lambda, requests: row.requests, expected: expected, source: "MMc.MeanSojournStaggered",
		})
	}
	return list, nil
}

// constantStarts is M/M/c with set-ups of constant length, for which another simulation has figures.
func constantStarts() ([]setUpCase, error) {
	var list []setUpCase
	for _, row := range []struct {
		c                                      int
		lambda, start, requests, printed, half float64
	}{{4, 3.2, 10, 3e6, 5.36, .013}, {16, 12.8, 50, 6e6, 10.35, .10}, {16, 8, 50, 4e6, 11.42, .08}} {
		list = append(list, setUpCase{
			name: fmt.Sprintf("M/M/%d, lambda = %g, D = %g s constant", row.c, row.lambda, row.start), home: started(row.c, random.Constant(row.start)),
			lambda: row.lambda, requests: row.requests, expected: row.printed, half: row.half,
			source: fmt.Sprintf("printed: %g +- %g", row.printed, row.half),
		})
	}
	return list, nil
}
