package oracle

import (
	"cmp"
	"fmt"
	"math"
)

// maxKeepAliveLoad bounds the load of KeepAlive, whose solution takes a time
// that grows with its fourth power: about a second at the bound.
const maxKeepAliveLoad = 100

// KeepAlive is the fleet of environments of a function home: Poisson arrivals,
// exponential service, one request at a time for each environment. A request
// takes the idle environment that was used last, or a new one, cold, if none is
// idle; a cold start takes no time. An environment that has been idle for the
// whole window expires.
//
// Environments are thus taken like plates from a stack, and the number that are
// live is the highest number N that have been busy within the last window. Where
// n are busy, a request is cold if no more than n have been busy for a window.
// N looks the same backwards in time, so this is as likely as a passage from n
// to n+1 that takes longer than the window:
//
//	P_cold  = sum_n pi_n [e^{Q_n tau} 1]_n
//	E[live] = sum_n (1 - sum_{i<=n} pi_i [e^{Q_n tau} 1]_i)
//
// pi is Poisson with mean a = lambda E[S], cut off at the limit if there is one,
// and Q_n the generator of N on 0..n killed by the step to n+1. From
// pi Q_n = -lambda pi_n e_n follows the form of E[live] that is used here:
//
//	E[live] = E[N] + lambda integral_0^tau P_cold(t) dt
type KeepAlive struct {
	cold, live, lost float64
}

// NewKeepAlive returns the fleet with arrival rate lambda per unit of time, mean
// service time E[S] and window tau in units of time, and at most limit
// environments, beyond which requests are lost; a limit of 0 stands for none.
// Results are good to about twelve decimals. Errors: lambda or E[S] not above 0,
// tau below 0, a limit not in 0 to a million, lambda E[S] above 100.
func NewKeepAlive(lambda, service, window float64, limit int) (KeepAlive, error) {
	load := lambda * service
	err := cmp.Or(
		checkPositive("arrival rate", lambda),
		checkPositive("mean service time", service),
		checkNotNegative("window", window),
		checkNotNegative("window in mean service times", window/service),
		checkCount("environments at most", limit, 0, maxServers),
		checkAtMost("load", load, maxKeepAliveLoad),
	)
	if err != nil {
		return KeepAlive{}, err
	}
	// No more than this many are ever busy, with a probability of about 1e-22 or less.
	most := int(load + 10*math.Sqrt(load) + 30)
	if limit > 0 {
		most = min(most, limit)
	}
	return solveKeepAlive(boundedStates(most, most, load), load, window/service)
}

// solveKeepAlive adds up the states in which a request is accepted. The unit of
// time is E[S], so that lambda is the load.
func solveKeepAlive(states []float64, load, window float64) (KeepAlive, error) {
	const negligible = 1e-18
	most := len(states) - 1
	k := KeepAlive{lost: states[most], live: states[most] * float64(most)}
	var accepted float64
	for n, p := range states[:most] {
		if p < negligible {
			continue
		}
		up, err := newPassage(n, load)
		if err != nil {
			return KeepAlive{}, fmt.Errorf("passage from %d to %d busy environments: %w", n, n+1, err)
		}
		accepted += p
		k.cold += p * up.beyond(window)
		k.live += p * (float64(n) + load*up.within(window))
	}
	k.cold /= accepted
	return k, nil
}

// ColdStarts returns P_cold, the share of accepted requests that find no idle environment.
func (k KeepAlive) ColdStarts() float64 { return k.cold }

// MeanLive returns E[live], the mean number of environments that are busy or idle.
func (k KeepAlive) MeanLive() float64 { return k.live }

// Loss returns the share of requests that find the limit reached, Erlang's B(limit, a).
func (k KeepAlive) Loss() float64 { return k.lost }
