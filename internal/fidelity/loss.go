package fidelity

import (
	"fmt"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/oracle"
	"fulcrum.dev/fulcrum/internal/random"
)

const aboutLoss = `Functions at their concurrency limit refuse what is beyond it (M/G/c/c): Erlang B of the load alone, whatever the
distribution of service times. A cluster whose queue is bounded refuses what finds it full (M/M/c/K).`

func loss() ([]experiment, error) {
	list, err := lossOfFunctions(10, 8)
	if err != nil {
		return nil, err
	}
	bounded, err := boundedQueue(4, 8, 3.6)
	return append(list, bounded), err
}

// lossOfFunctions is functions at their limit, for three distributions of service times with a mean of 1 s.
func lossOfFunctions(limit int, load float64) ([]experiment, error) {
	lost, err := oracle.ErlangB(limit, load)
	if err != nil {
		return nil, err
	}
	varied, err := random.NewDist(random.ShapeLogNormal, 1, 2)
	if err != nil {
		return nil, err
	}
	var list []experiment
	for _, service := range []struct {
		name string
		dist random.Dist
	}{{"exponential", random.Exponential(1)}, {"constant", random.Constant(1)}, {"lognormal with cv 2", varied}} {
		list = append(list, experiment{
			name:    fmt.Sprintf("functions: limit %d, load %g, %s", limit, load, service.name),
			traffic: poisson(load), requests: 4e6,
			systems:    [][]home.Home{{environments(limit, service.dist, 60)}},
			quantities: []quantity{{name: "loss", expected: lost, source: "ErlangB", of: single(lostShare)}},
		})
	}
	return list, nil
}

// boundedQueue is a cluster of c replicas with places for those that are served and those that wait.
func boundedQueue(c, places int, lambda float64) (experiment, error) {
	q, err := oracle.NewMMcK(c, places, lambda, 1)
	if err != nil {
		return experiment{}, err
	}
	h := servers(c, random.Exponential(1))
	h.Cluster.Queue = home.Queue{Bounded: true, Length: places - c}
	return experiment{
		name:    fmt.Sprintf("cluster: c = %d, K = %d, lambda = %g", c, places, lambda),
		traffic: poisson(lambda), requests: 4e6,
		systems: [][]home.Home{{h}},
		quantities: []quantity{
			{name: "loss", expected: q.Loss(), source: "MMcK.Loss", of: single(lostShare)},
			{name: "mean wait", unit: "s", expected: q.MeanWait(), source: "MMcK.MeanWait", of: single(meanWait)},
			{name: "utilisation", expected: q.MeanBusy() / float64(c), source: "MMcK.MeanBusy / c", of: single(utilisation)},
		},
	}, nil
}
