package oracle

import "cmp"

// MG1 is one server with Poisson arrivals and any distribution of service
// times. M/D/1 is its case of a squared coefficient of variation of 0, M/M/1
// that of 1.
type MG1 struct {
	lambda, service, cv2 float64
}

// NewMG1 returns the queue with arrival rate lambda per unit of time, mean
// service time E[S] in units of time, and squared coefficient of variation
// cv2 = Var[S]/E[S]^2. Errors: lambda or E[S] not above 0, cv2 below 0,
// lambda E[S] >= 1.
func NewMG1(lambda, service, cv2 float64) (MG1, error) {
	err := cmp.Or(
		checkPositive("arrival rate", lambda),
		checkPositive("mean service time", service),
		checkNotNegative("squared coefficient of variation", cv2),
		checkStable(lambda*service, 1),
	)
	if err != nil {
		return MG1{}, err
	}
	return MG1{lambda: lambda, service: service, cv2: cv2}, nil
}

// Load returns rho = lambda E[S], the share of time that the server is busy.
func (q MG1) Load() float64 { return q.lambda * q.service }

// MeanWait returns the mean wait in order of arrival, in units of time:
//
//	E[W] = rho (1 + cv2) E[S] / (2 (1 - rho))
//
// Source: Pollaczek 1930, Khinchine 1932; Kleinrock, Queueing Systems I (1975), section 5.6.
func (q MG1) MeanWait() float64 {
	return q.Load() * (1 + q.cv2) * q.service / (2 * (1 - q.Load()))
}

// MeanSojourn returns the mean time in system in order of arrival, E[W] + E[S].
func (q MG1) MeanSojourn() float64 { return q.MeanWait() + q.service }

// MeanQueue returns the mean number of requests that wait, lambda E[W] (Little's law).
func (q MG1) MeanQueue() float64 { return q.lambda * q.MeanWait() }

// MeanInSystem returns the mean number of requests that wait or are served, lambda E[T] (Little's law).
func (q MG1) MeanInSystem() float64 { return q.lambda * q.MeanSojourn() }

// MeanSojournShared returns the mean time in system, in units of time, where
// all requests present share the server equally (processor sharing):
// E[T] = E[S] / (1 - rho), whatever the distribution of service times.
// Source: Kleinrock, Queueing Systems II (1976), section 4.4.
func (q MG1) MeanSojournShared() float64 { return q.SojournShared(q.service) }

// SojournShared returns the mean time in system under processor sharing of a
// request that alone would take size units of time: size / (1 - rho).
func (q MG1) SojournShared(size float64) float64 { return size / (1 - q.Load()) }

// MeanSojournSetUp returns the mean time in system, in units of time, where the
// server turns off as soon as it is idle and the next arrival starts it, which
// takes a time D with the given first two moments:
//
//	E[T] = E[W] + E[S] + (2 E[D] + lambda E[D^2]) / (2 (1 + lambda E[D]))
//
// Exponential service makes E[W] + E[S] = 1/(mu - lambda), and exponential D
// makes the last term E[D]. Errors: E[D] below 0, E[D^2] below E[D]^2.
// Source: Welch, Operations Research 12 (1964); Levy and Kleinrock, Operations Research 34 (1986).
func (q MG1) MeanSojournSetUp(mean, secondMoment float64) (float64, error) {
	err := cmp.Or(
		checkNotNegative("mean set-up time", mean),
		checkNotNegative("variance of the set-up time", secondMoment-mean*mean),
	)
	if err != nil {
		return 0, err
	}
	return q.MeanSojourn() + (2*mean+q.lambda*secondMoment)/(2*(1+q.lambda*mean)), nil
}
