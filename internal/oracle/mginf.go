package oracle

import (
	"cmp"

	"gonum.org/v1/gonum/mathext"
)

// MGInf is M/G/infinity: Poisson arrivals, a free server for each of them. The
// number of busy servers is Poisson with mean a = lambda E[S], whatever the
// distribution of service times. Source: Takacs, Introduction to the Theory of
// Queues (1962).
type MGInf struct {
	load float64
}

// NewMGInf returns the system with arrival rate lambda per unit of time and
// mean service time E[S] in units of time. Errors: one of them not above 0,
// lambda E[S] above a million.
func NewMGInf(lambda, service float64) (MGInf, error) {
	err := cmp.Or(
		checkPositive("arrival rate", lambda),
		checkPositive("mean service time", service),
		checkLoad(lambda*service),
	)
	if err != nil {
		return MGInf{}, err
	}
	return MGInf{load: lambda * service}, nil
}

// MeanBusy returns the mean number of busy servers, a = lambda E[S].
func (q MGInf) MeanBusy() float64 { return q.load }

// BusyTail returns P(N > n), the share of time that more than n servers are
// busy: 1 - sum_{i<=n} e^{-a} a^i/i!. It is 1 for a negative n.
func (q MGInf) BusyTail(n int) float64 {
	if n < 0 {
		return 1
	}
	return mathext.GammaIncReg(float64(n)+1, q.load)
}

// MeanAbove returns E[(N - n)^+], the mean number of busy servers beyond n,
// sum_{i>=n} P(N > i).
func (q MGInf) MeanAbove(n int) float64 {
	if n < 0 {
		return q.load - float64(n)
	}
	var sum float64
	for i := n; ; i++ {
		tail := q.BusyTail(i)
		sum += tail
		if float64(i) > q.load && tail <= 1e-18*sum {
			return sum
		}
	}
}
