package oracle

import "math"

// setUpChain is the Markov chain of MMcSetUp. Its level n is the number of
// requests, its phase i the number of servers that are on, 0 <= i <= min(n, c):
//
//	(n, i) -> (n+1, i)    lambda                   arrival
//	(n, i) -> (n, i+1)    (min(n, c) - i) alpha    a server has started
//	(n, i) -> (n-1, i)    i mu                     completion, i < n
//	(n, n) -> (n-1, n-1)  n mu                     completion, the server turns off
//
// The stationary probabilities of a level follow from those of the level below,
// pi_n = pi_{n-1} R_n. Away from level n-1 the phase never falls below that in
// which the chain left it, so that every R_n is upper triangular and is found
// by substitution, with sums of positive terms only.
type setUpChain struct {
	servers           int
	lambda, mu, alpha float64
}

// outflow is the rate of leaving phase i of level n.
func (s setUpChain) outflow(n, i int) float64 {
	return s.lambda + float64(i)*s.mu + s.starting(n, i)
}

// starting is the rate at which one of the servers being started is ready.
func (s setUpChain) starting(n, i int) float64 {
	return float64(min(n, s.servers)-i) * s.alpha
}

// solve adds up the levels, weighted by their probabilities.
func (s setUpChain) solve() MMcSetUp {
	c := s.servers
	rates := s.rates()
	var mass float64
	var q MMcSetUp
	level := []float64{1}
	for n := range c {
		for i, p := range level {
			mass += p
			q.inSystem += p * float64(n)
			q.busy += p * float64(i)
			q.settingUp += p * float64(n-i)
		}
		level = rates[n+1].after(level)
	}
	// Level c+k has pi_c R^k, and sum_k R^k f = (I-R)^-1 f, sum_k k R^k 1 = (I-R)^-2 1 - (I-R)^-1 1.
	above := rates[c+1]
	once := above.geometric(ones(c + 1))
	twice := above.geometric(once)
	on := make([]float64, c+1)
	for i := range on {
		on[i] = float64(i)
	}
	on = above.geometric(on)
	for i, p := range level {
		mass += p * once[i]
		q.inSystem += p * (float64(c-1)*once[i] + twice[i])
		q.busy += p * on[i]
		q.settingUp += p * (float64(c)*once[i] - on[i])
	}
	q.inSystem /= mass
	q.busy /= mass
	q.settingUp /= mass
	return q
}

// rates returns R_1..R_{c+1}, indexed by level. All levels above c share R_{c+1}.
func (s setUpChain) rates() []triangle {
	r := make([]triangle, s.servers+2)
	r[s.servers+1] = s.saturated()
	for n := s.servers; n >= 1; n-- {
		r[n] = s.below(n, r[n+1])
	}
	return r
}

// saturated solves R^2 A2 + R A1 + A0 = 0 for the levels above c, where A0 is
// lambda I, A2 diag(i mu) and A1 the rest. Its diagonal are the smaller roots of
// i mu r^2 - outflow r + lambda = 0; each entry off it follows from those nearer to it.
func (s setUpChain) saturated() triangle {
	c := s.servers
	r := newTriangle(c+1, c+1)
	for i := range r {
		served, starts := float64(i)*s.mu, s.starting(c, i)
		// outflow^2 - 4 lambda i mu, without its cancellation
		discriminant := (s.lambda-served)*(s.lambda-served) + 2*starts*(s.lambda+served) + starts*starts
		r[i][i] = 2 * s.lambda / (s.outflow(c, i) + math.Sqrt(discriminant))
	}
	for width := 1; width <= c; width++ {
		for i := 0; i+width <= c; i++ {
			j := i + width
			served := float64(j) * s.mu
			sum := r[i][j-1] * s.starting(c, j-1)
			for k := i + 1; k < j; k++ {
				sum += served * r[i][k] * r[k][j]
			}
			r[i][j] = sum / (s.outflow(c, j) - served*(r[i][i]+r[j][j]))
		}
	}
	return r
}

// below returns R_n = lambda [I 0] U^-1 for 1 <= n <= c, where -U is the
// generator within level n, excursions to the levels above included.
func (s setUpChain) below(n int, above triangle) triangle {
	returns := s.excursions(n, above)
	r := newTriangle(n, n+1)
	for i := range r {
		r[i][i] = s.lambda
		for j := i; j <= n; j++ {
			for k := i; k < j; k++ {
				r[i][j] += r[i][k] * returns[k][j]
			}
			if j > i {
				r[i][j] += r[i][j-1] * s.starting(n, j-1)
			}
			r[i][j] /= s.outflow(n, j) - returns[j][j]
		}
	}
	return r
}

// excursions returns the rates at which the chain leaves phase k of level n
// upwards, to come back to the level in phase j.
func (s setUpChain) excursions(n int, above triangle) triangle {
	e := newTriangle(n+1, n+1)
	for k := range e {
		for j := k; j <= n; j++ {
			e[k][j] = above[k][j] * float64(j) * s.mu
		}
		if n < s.servers { // phase n+1 of level n+1 comes down with its server off
			e[k][n] += above[k][n+1] * float64(n+1) * s.mu
		}
	}
	return e
}
