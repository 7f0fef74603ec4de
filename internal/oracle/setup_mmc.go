package oracle

import "cmp"

// maxSetUpServers bounds the servers of MMcSetUp, whose solution takes a time
// that grows with their fourth power: a fraction of a second at the bound.
const maxSetUpServers = 200

// MMcSetUp is M/M/c with exponential set-up. A server turns off when it is
// idle. While requests wait, as many servers as requests are being started, so
// far as servers are off: min(waiting, c - on). A server that completes a
// request takes one that waits, and a start that has become surplus is
// cancelled.
//
// Its Markov chain counts the servers that are on and the requests. It is
// solved exactly, by levels of the number of requests; no level is left out.
// Source of the model: Gandhi, Doroudi, Harchol-Balter and Scheller-Wolf, Exact
// analysis of the M/M/k/setup class of Markov chains via recursive renewal
// reward (SIGMETRICS 2013). Source of the method: Neuts, Matrix-Geometric
// Solutions in Stochastic Models (1981).
type MMcSetUp struct {
	lambda                    float64
	inSystem, busy, settingUp float64
}

// NewMMcSetUp returns the queue of c servers with arrival rate lambda, service
// rate mu of each server and set-up rate alpha of each server, per unit of
// time. Errors: servers not in 1 to 200, a rate not above 0, lambda >= c mu.
func NewMMcSetUp(servers int, lambda, mu, alpha float64) (MMcSetUp, error) {
	err := cmp.Or(
		checkMarkov(servers, lambda, mu),
		checkCount("servers that set up", servers, 1, maxSetUpServers),
		checkPositive("set-up rate", alpha),
		checkStable(lambda/mu, servers),
	)
	if err != nil {
		return MMcSetUp{}, err
	}
	chain := setUpChain{servers: servers, lambda: lambda, mu: mu, alpha: alpha}
	q := chain.solve()
	q.lambda = lambda
	return q, nil
}

// MeanInSystem returns the mean number of requests that wait or are served.
func (q MMcSetUp) MeanInSystem() float64 { return q.inSystem }

// MeanBusy returns the mean number of servers that are on, which is lambda/mu.
func (q MMcSetUp) MeanBusy() float64 { return q.busy }

// MeanSettingUp returns the mean number of servers that are being started.
func (q MMcSetUp) MeanSettingUp() float64 { return q.settingUp }

// MeanSojourn returns the mean time in system, in units of time, by Little's law.
func (q MMcSetUp) MeanSojourn() float64 { return q.inSystem / q.lambda }
