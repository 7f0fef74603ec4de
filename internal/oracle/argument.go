package oracle

import (
	"cmp"
	"fmt"
	"math"
)

// maxServers bounds the servers, places and load of every formula that is
// linear in them, so that no argument makes it run for long.
const maxServers = 1_000_000

// checkPositive says what is wrong with a rate or a time that has to be above 0.
func checkPositive(what string, x float64) error {
	if !(x > 0) || math.IsInf(x, 1) {
		return fmt.Errorf("expected a %s above 0, got %g", what, x)
	}
	return nil
}

// checkNotNegative says what is wrong with a number that has to be at least 0.
func checkNotNegative(what string, x float64) error {
	if !(x >= 0) || math.IsInf(x, 1) {
		return fmt.Errorf("expected a %s of at least 0, got %g", what, x)
	}
	return nil
}

// checkCount says what is wrong with a number of servers or places.
func checkCount(what string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("expected %d to %d %s, got %d", least, most, what, n)
	}
	return nil
}

// checkAtMost says what is wrong with a number that has to be in 0 to most.
func checkAtMost(what string, x, most float64) error {
	if !(x >= 0 && x <= most) {
		return fmt.Errorf("expected a %s of 0 to %g, got %g", what, most, x)
	}
	return nil
}

// checkLoad says what is wrong with an offered load for formulas that are linear in it.
func checkLoad(load float64) error { return checkAtMost("load", load, maxServers) }

// checkStable says that a queue without a bound would grow for ever.
func checkStable(load float64, servers int) error {
	if !(load < float64(servers)) {
		return fmt.Errorf("unstable: expected a load below the number of servers, %d, got %g", servers, load)
	}
	return nil
}

// checkMarkov checks servers, arrival rate and service rate of a Markovian queue.
func checkMarkov(servers int, lambda, mu float64) error {
	return cmp.Or(
		checkCount("servers", servers, 1, maxServers),
		checkPositive("arrival rate", lambda),
		checkPositive("service rate", mu),
		checkLoad(lambda/mu),
	)
}
