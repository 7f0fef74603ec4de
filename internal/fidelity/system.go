package fidelity

import (
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/simulate"
)

// The systems of queueing theory as homes. Times are in seconds.

// unbounded is a limit that is never reached.
const unbounded = 100_000

// servers is a fixed number of replicas with one queue.
func servers(n int, service random.Dist) home.Home {
	return home.Home{
		Name:    "servers",
		Service: home.Service{Duration: service, Concurrency: 1},
		Cluster: &home.Cluster{Replicas: n, ReplicasPerNode: 1},
	}
}

// environments is a function home that keeps idle environments for a window and starts new ones in no time.
func environments(limit int, service random.Dist, window float64) home.Home {
	return home.Home{
		Name:     "environments",
		Service:  home.Service{Duration: service, Concurrency: 1},
		Function: &home.Function{Limit: limit, IdleExpiry: time.Duration(window * 1e9)},
	}
}

// serverless is a function home without a limit. How long environments are kept does not matter, as starts take no time.
func serverless(service random.Dist) home.Home { return environments(unbounded, service, 60) }

// started is servers that are off when idle and are started for those that wait; a start that has become surplus is cancelled.
func started(n int, start random.Dist) home.Home {
	return home.Home{
		Name:      "servers with set-up",
		Service:   home.Service{Duration: random.Exponential(1), Concurrency: 1},
		Container: &home.Container{Max: n, StartUp: start, CancelSurplus: true},
	}
}

// staggered is the same with at most one server that is being started.
func staggered(n int, start random.Dist) home.Home {
	h := started(n, start)
	h.Container.StartsAtOnce = 1
	return h
}

// What is read from the outcome of one system.

func meanWait(o simulate.Outcome) float64    { return o.Wait.Mean }
func meanSojourn(o simulate.Outcome) float64 { return o.Latency.Mean }
func utilisation(o simulate.Outcome) float64 { return o.Utilisation }
func meanLive(o simulate.Outcome) float64    { return o.MeanLive }
func coldShare(o simulate.Outcome) float64   { return share(o.ColdStarts, o.Arrivals-o.Rejected) }
func lostShare(o simulate.Outcome) float64   { return share(o.Rejected, o.Arrivals) }

func share(part, whole int64) float64 { return float64(part) / float64(whole) }

// busyTime is the mean number of requests in service that a function home bills.
func busyTime(m home.Metered, span time.Duration) float64 {
	return float64(m.RunTime) / 1000 / span.Seconds()
}
