package oracle

import "cmp"

// ErlangB returns the share of requests that are lost where each of c servers
// takes one and nobody waits (M/G/c/c, for any service distribution):
//
//	B(0, a) = 1,  B(k, a) = a B(k-1, a) / (k + a B(k-1, a))
//
// The load a = lambda E[S] has no unit. Errors: servers not in 0 to a million,
// a load not in 0 to a million. Source: Erlang 1917; Kleinrock, Queueing Systems
// I (1975), section 3.7.
func ErlangB(servers int, load float64) (float64, error) {
	if err := cmp.Or(checkCount("servers", servers, 0, maxServers), checkLoad(load)); err != nil {
		return 0, err
	}
	return erlangB(servers, load), nil
}

func erlangB(servers int, load float64) float64 {
	lost := 1.0
	for k := 1; k <= servers; k++ {
		lost = nextErlangB(k, load, lost)
	}
	return lost
}

// nextErlangB is B(k, a) from B(k-1, a).
func nextErlangB(k int, load, lost float64) float64 {
	return load * lost / (float64(k) + load*lost)
}

// ErlangC returns the share of requests that wait for one of c servers (M/M/c):
//
//	C = B / (1 - rho (1 - B)),  B = B(c, a),  rho = a/c
//
// The load a = lambda/mu has no unit. Errors: as ErlangB, no server, and a load
// of c or more. Source: Erlang 1917; Kleinrock, Queueing Systems I, section 3.5.
func ErlangC(servers int, load float64) (float64, error) {
	err := cmp.Or(checkCount("servers", servers, 1, maxServers), checkLoad(load), checkStable(load, servers))
	if err != nil {
		return 0, err
	}
	lost := erlangB(servers, load)
	return lost / (1 - load/float64(servers)*(1-lost)), nil
}
