package oracle

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// passage is the time that the number busy in M/M/infinity takes from n to n+1,
// in mean service times. It is a mixture of n+1 exponentials: their rates theta_k
// are the eigenvalues of -Q_n made symmetric by sqrt(pi_i), and their weights
// lambda v_k^2 / theta_k, with v_k the last component of the k-th eigenvector.
// Source: Keilson, Markov Chain Models: Rarity and Exponentiality (1979).
type passage struct {
	rates, weights []float64
}

func newPassage(n int, load float64) (passage, error) {
	q := mat.NewSymDense(n+1, nil)
	for i := range n + 1 {
		q.SetSym(i, i, load+float64(i))
		if i < n {
			q.SetSym(i, i+1, -math.Sqrt(load*float64(i+1)))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(q, true) {
		return passage{}, errors.New("eigenvalues did not converge")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	p := passage{rates: eigen.Values(nil), weights: make([]float64, n+1)}
	// The least rate may be too close to 0 to have digits, but weights add up to 1.
	p.weights[0] = 1
	for k := 1; k <= n; k++ {
		last := vectors.At(n, k)
		p.weights[k] = load * last * last / p.rates[k]
		p.weights[0] -= p.weights[k]
	}
	p.rates[0] = math.Max(0, p.rates[0])
	return p, nil
}

// beyond returns the probability that the passage takes longer than t, [e^{Q_n t} 1]_n.
func (p passage) beyond(t float64) float64 {
	var sum float64
	for k, rate := range p.rates {
		sum += p.weights[k] * math.Exp(-rate*t)
	}
	return sum
}

// within returns the mean of the passage or t, whichever is less: the integral of beyond over 0 to t.
func (p passage) within(t float64) float64 {
	var sum float64
	for k, rate := range p.rates {
		if rate > 0 {
			sum += p.weights[k] * -math.Expm1(-rate*t) / rate
		} else {
			sum += p.weights[k] * t
		}
	}
	return sum
}
