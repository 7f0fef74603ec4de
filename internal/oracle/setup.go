package oracle

import "cmp"

// MeanSojournStaggered returns the mean time in system of M/M/c, in units of
// time, where a server turns off when idle, only one server at a time is being
// started, and starting takes an exponential time of rate alpha:
// E[T of M/M/c] + 1/alpha, exactly. Errors: alpha not above 0.
// Source: Gandhi, Harchol-Balter and Adan, Performance Evaluation 67 (2010).
func (q MMc) MeanSojournStaggered(alpha float64) (float64, error) {
	if err := checkPositive("set-up rate", alpha); err != nil {
		return 0, err
	}
	return q.MeanSojourn() + 1/alpha, nil
}

// MMInfSetUp is M/M/infinity with set-up: each arrival starts a server, which
// takes an exponential time; a server that completes a request takes one that
// waits, whose own start is cancelled, or turns off when none waits.
//
// The number of servers that are on is Poisson with mean lambda/mu, and
// independent of the number j that are being started:
//
//	q_j proportional to prod_{l<=j} lambda / (lambda + l alpha)
//
// Summing lambda q_{j-1} = (lambda + j alpha) q_j over j gives its mean, (lambda/alpha) q_0.
// Source: Gandhi, Harchol-Balter and Adan, Performance Evaluation 67 (2010).
type MMInfSetUp struct {
	lambda, mu float64
	settingUp  float64
}

// NewMMInfSetUp returns the system with arrival rate lambda, service rate mu
// and set-up rate alpha, per unit of time. Errors: a rate not above 0, lambda/mu
// or lambda/alpha above a million.
func NewMMInfSetUp(lambda, mu, alpha float64) (MMInfSetUp, error) {
	err := cmp.Or(checkMarkov(1, lambda, mu), checkPositive("set-up rate", alpha), checkLoad(lambda/alpha))
	if err != nil {
		return MMInfSetUp{}, err
	}
	sum := 1.0
	for l, weight := 1.0, 1.0; weight > 1e-18*sum; l++ {
		weight *= lambda / (lambda + l*alpha)
		sum += weight
	}
	return MMInfSetUp{lambda: lambda, mu: mu, settingUp: lambda / alpha / sum}, nil
}

// MeanBusy returns the mean number of servers that are on, lambda/mu.
func (q MMInfSetUp) MeanBusy() float64 { return q.lambda / q.mu }

// MeanSettingUp returns the mean number of servers that are being started,
// which is the mean number of requests that wait.
func (q MMInfSetUp) MeanSettingUp() float64 { return q.settingUp }

// MeanSojourn returns the mean time in system, in units of time: 1/mu + q_0/alpha.
func (q MMInfSetUp) MeanSojourn() float64 { return 1/q.mu + q.settingUp/q.lambda }
