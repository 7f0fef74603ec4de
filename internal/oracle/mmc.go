package oracle

import "math"

// MMc is the queue M/M/c: Poisson arrivals, exponential service, c servers, one
// queue in order of arrival without a bound. M/M/1 is its case c = 1.
// Source of the formulas: Kleinrock, Queueing Systems I (1975), section 3.5; of the
// distributions: Gross and Harris, Fundamentals of Queueing Theory, on M/M/c.
type MMc struct {
	servers    int
	lambda, mu float64
	waits      float64 // Erlang C
}

// NewMMc returns the queue of c servers with arrival rate lambda and service
// rate mu of each server, per unit of time. Errors: servers not in 1 to a
// million, a rate not above 0, lambda >= c mu.
func NewMMc(servers int, lambda, mu float64) (MMc, error) {
	if err := checkMarkov(servers, lambda, mu); err != nil {
		return MMc{}, err
	}
	waits, err := ErlangC(servers, lambda/mu)
	return MMc{servers: servers, lambda: lambda, mu: mu, waits: waits}, err
}

// Load returns a = lambda/mu, the mean number of busy servers.
func (q MMc) Load() float64 { return q.lambda / q.mu }

// WaitProbability returns the share of requests that wait, Erlang's C(c, a).
func (q MMc) WaitProbability() float64 { return q.waits }

// MeanWait returns E[W] = C / (c mu - lambda), in units of time.
func (q MMc) MeanWait() float64 { return q.waits / q.drain() }

// MeanSojourn returns E[T] = E[W] + 1/mu, in units of time.
func (q MMc) MeanSojourn() float64 { return q.MeanWait() + 1/q.mu }

// MeanQueue returns the mean number of requests that wait, lambda E[W] (Little's law).
func (q MMc) MeanQueue() float64 { return q.lambda * q.MeanWait() }

// MeanInSystem returns the mean number of requests that wait or are served,
// lambda E[T] (Little's law).
func (q MMc) MeanInSystem() float64 { return q.lambda * q.MeanSojourn() }

// WaitTail returns P(W > t) = C e^{-(c mu - lambda) t}; 1 for a negative t.
func (q MMc) WaitTail(t float64) float64 {
	if t < 0 {
		return 1
	}
	return q.waits * math.Exp(-q.drain()*t)
}

// WaitQuantile returns the least t with P(W > t) <= 1 - p, in units of time:
// 0 where p <= 1 - C, else ln(C / (1 - p)) / (c mu - lambda). The quantile of 1
// is +Inf; that of a p outside 0 to 1 is NaN.
func (q MMc) WaitQuantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	return math.Max(0, math.Log(q.waits/(1-p))/q.drain())
}

// SojournTail returns the share of requests that are in the system for longer
// than t; 1 for a negative t:
//
//	P(T > t) = e^{-mu t} [1 + C (1 - e^{-mu t (c-1-a)}) / (c-1-a)]
//
// and its limit e^{-mu t} (1 + C mu t) where c - 1 = a.
func (q MMc) SojournTail(t float64) float64 {
	if t < 0 {
		return 1
	}
	// The second term is C mu (e^{-mu t} - e^{-r t}) / (r - mu) with r = c mu - lambda.
	// The slower of the two rates stands outside, so that nothing overflows.
	slow, gap := math.Min(q.mu, q.drain()), math.Abs(q.drain()-q.mu)
	spread := t
	if gap > 0 {
		spread = -math.Expm1(-gap*t) / gap
	}
	return math.Exp(-q.mu*t) + q.waits*q.mu*math.Exp(-slow*t)*spread
}

// SojournQuantile returns the t with P(T > t) = 1 - p, in units of time, by
// bisection to the last digits. The quantile of 1 is +Inf; that of a p outside
// 0 to 1 is NaN.
func (q MMc) SojournQuantile(p float64) float64 {
	return quantile(q.SojournTail, math.Min(q.mu, q.drain()), p)
}

// drain is c mu - lambda, at which a queue shrinks while all servers are busy.
// In this form it is above 0 whenever the load is below c.
func (q MMc) drain() float64 { return (float64(q.servers) - q.Load()) * q.mu }
