package oracle

import (
	"cmp"
	"math"
)

// MMcK is the queue M/M/c/K: Poisson arrivals, exponential service, c servers,
// and K places in all, those in service included. Who finds all places taken is
// lost. With K = c nobody waits, which is the loss system M/M/c/c; the load may
// be above c. Source: Kleinrock, Queueing Systems I (1975), sections 3.5 to 3.7.
type MMcK struct {
	lambda   float64
	lost     float64
	accepted float64 // 1 - lost, without its cancellation
	waits    float64 // share of all arrivals
	queue    float64
	busy     float64
}

// NewMMcK returns the queue of c servers and K >= c places with arrival rate
// lambda and service rate mu of each server, per unit of time:
//
//	p_n proportional to a^n / prod_{i<=n} min(i, c),  n = 0..K,  a = lambda/mu
//
// Errors: servers or places not in 1 to a million, K < c, a rate not above 0.
func NewMMcK(servers, places int, lambda, mu float64) (MMcK, error) {
	err := cmp.Or(checkMarkov(servers, lambda, mu), checkCount("places", places, max(servers, 1), maxServers))
	if err != nil {
		return MMcK{}, err
	}
	q := MMcK{lambda: lambda}
	for n, p := range boundedStates(servers, places, lambda/mu) {
		q.busy += p * float64(min(n, servers))
		q.queue += p * float64(max(n-servers, 0))
		switch {
		case n == places:
			q.lost = p
		case n >= servers:
			q.waits += p
			q.accepted += p
		default:
			q.accepted += p
		}
	}
	return q, nil
}

// boundedStates returns p_0..p_K of M/M/c/K. Weights are kept as logarithms,
// since a^n/n! leaves the range of a float64 at loads of some hundred.
func boundedStates(servers, places int, load float64) []float64 {
	p := make([]float64, places+1)
	highest := 0.0
	for n := 1; n <= places; n++ {
		p[n] = p[n-1] + math.Log(load/float64(min(n, servers)))
		highest = math.Max(highest, p[n])
	}
	var sum float64
	for n := range p {
		p[n] = math.Exp(p[n] - highest)
		sum += p[n]
	}
	for n := range p {
		p[n] /= sum
	}
	return p
}

// Loss returns the share of requests that find all places taken, p_K.
func (q MMcK) Loss() float64 { return q.lost }

// WaitProbability returns the share of accepted requests that wait, sum_{n=c}^{K-1} p_n / (1 - p_K).
func (q MMcK) WaitProbability() float64 { return q.waits / q.accepted }

// MeanQueue returns the mean number of requests that wait, sum_n (n - c)^+ p_n.
func (q MMcK) MeanQueue() float64 { return q.queue }

// MeanBusy returns the mean number of busy servers, sum_n min(n, c) p_n = a (1 - p_K).
func (q MMcK) MeanBusy() float64 { return q.busy }

// MeanInSystem returns the mean number of requests that wait or are served.
func (q MMcK) MeanInSystem() float64 { return q.queue + q.busy }

// MeanWait returns the mean wait of accepted requests, in units of time, by
// Little's law: the mean queue divided by lambda (1 - p_K).
func (q MMcK) MeanWait() float64 { return q.queue / (q.lambda * q.accepted) }

// MeanSojourn returns the mean time in system of accepted requests, in units of
// time, by Little's law.
func (q MMcK) MeanSojourn() float64 { return q.MeanInSystem() / (q.lambda * q.accepted) }
