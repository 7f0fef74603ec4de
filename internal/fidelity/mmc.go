package fidelity

import (
	"fmt"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/oracle"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/simulate"
)

const aboutMMc = `Poisson arrivals, exponential service with a mean of 1 s, c replicas behind one queue. C is the share of requests that
wait (Erlang C), seen as the share of time in which every replica is taken; T is the time in system.`

// mmcMoments is how often C is looked at in a replication: often enough that moments follow each other within the time in which a
// queue forgets.
const mmcMoments = 20_000

func mmc() ([]experiment, error) {
	var list []experiment
	for _, row := range []struct {
		c        int
		lambda   float64
		requests float64
	}{
		{2, 1.6, 20e6}, {4, 3.2, 20e6}, {8, 7.2, 26e6}, {16, 12.8, 20e6}, {50, 45, 40e6},
	} {
		q, err := oracle.NewMMc(row.c, row.lambda, 1)
		if err != nil {
			return nil, err
		}
		list = append(list, experiment{
			name:    fmt.Sprintf("c = %d, lambda = %g", row.c, row.lambda),
			traffic: poisson(row.lambda), requests: row.requests, moments: mmcMoments,
			systems: [][]home.Home{{servers(row.c, random.Exponential(1))}},
			quantities: []quantity{
				{name: "C", expected: q.WaitProbability(), source: "MMc.WaitProbability", of: single(allTaken(row.c))},
				{name: "mean wait", unit: "s", expected: q.MeanWait(), source: "MMc.MeanWait", of: single(meanWait)},
				{name: "T p50", unit: "s", expected: q.SojournQuantile(.5), source: "MMc.SojournQuantile", of: single(func(o simulate.Outcome) float64 { return o.Latency.P50 })},
				{name: "T p95", unit: "s", expected: q.SojournQuantile(.95), source: "MMc.SojournQuantile", of: single(func(o simulate.Outcome) float64 { return o.Latency.P95 })},
				{name: "T p99", unit: "s", expected: q.SojournQuantile(.99), source: "MMc.SojournQuantile", of: single(func(o simulate.Outcome) float64 { return o.Latency.P99 })},
				{name: "utilisation", expected: q.Load() / float64(row.c), source: "MMc.Load / c", of: single(utilisation)},
			},
		})
	}
	return list, nil
}

// allTaken is the share of moments with at least c requests inside: Poisson arrivals see time averages, so this is the share that waits.
func allTaken(c int) func(o simulate.Outcome) float64 {
	return func(o simulate.Outcome) float64 {
		var taken int64
		moments := o.Timeline.Homes[0].Moments
		for _, m := range moments {
			if m.InFlight >= c {
				taken++
			}
		}
		return share(taken, int64(len(moments)))
	}
}
