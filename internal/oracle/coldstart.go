package oracle

import (
	"cmp"
	"math"
)

// ColdStartRenewal returns the share of requests that are cold where service
// takes no time, so that one environment is live at most: an inter-arrival time
// is longer than the window, 1 - F(tau). F is the distribution function of the
// times between arrivals, which are independent; tau has F's unit of time.
// Errors: tau below 0, F(tau) not in 0 to 1.
func ColdStartRenewal(interArrival func(t float64) float64, window float64) (float64, error) {
	if err := checkNotNegative("window", window); err != nil {
		return 0, err
	}
	f := interArrival(window)
	if err := checkAtMost("probability of an arrival within the window", f, 1); err != nil {
		return 0, err
	}
	return 1 - f, nil
}

// ColdStartPoisson returns the share of accepted requests that are cold where
// one environment is live at most, arrivals are Poisson with rate lambda per
// unit of time, and the window T is uniform between shortest and longest, drawn
// anew after each request; equal bounds make it deterministic:
//
//	E[e^{-lambda T}] = e^{-lambda shortest} (1 - e^{-lambda w}) / (lambda w),  w = longest - shortest
//
// From the end of a service, where the window starts, the next arrival is an
// exponential time away. So this is exact for a home with a concurrency limit of
// 1 that turns away who finds it busy, whatever its service times, and the limit
// at low load, lambda E[S] to 0, of a home without a limit. Errors: lambda not
// above 0, shortest below 0 or above longest.
func ColdStartPoisson(lambda, shortest, longest float64) (float64, error) {
	err := cmp.Or(
		checkPositive("arrival rate", lambda),
		checkNotNegative("shortest window", shortest),
		checkNotNegative("difference from shortest to longest window", longest-shortest),
	)
	if err != nil {
		return 0, err
	}
	cold := math.Exp(-lambda * shortest)
	if spread := lambda * (longest - shortest); spread > 0 {
		cold *= -math.Expm1(-spread) / spread
	}
	return cold, nil
}
