package baseline

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

// TestLIBRA: a machine serves 10 requests/s for 1 USD/h, which is what 5
// requests/s cost on serverless.
func TestLIBRA(t *testing.T) {
	l := policytest.Must[*LIBRA](t)(NewLIBRA(10, 1, 1./18000))
	for _, test := range []struct {
		load       float64
		machines   int
		serverless float64
	}{
		{0, 0, 0}, {3, 0, 3}, {6, 1, 0}, {30, 3, 0}, {34, 3, 4}, {36, 4, 0},
	} {
		machines, serverless := l.Split(test.load)
		if machines != test.machines || serverless != test.serverless {
			t.Errorf("%g requests/s: %d machines and %g on serverless, want %d and %g",
				test.load, machines, serverless, test.machines, test.serverless)
		}
	}
}

// TestLIBRALaw: where serverless costs more than a full machine, no other number
// of machines is cheaper.
func TestLIBRALaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.1, 100).Draw(t, "rate")
		price := rapid.Float64Range(0.01, 10).Draw(t, "price")
		request := price / rate / 3600 * rapid.Float64Range(1, 20).Draw(t, "premium")
		load := rapid.Float64Range(0, 1000).Draw(t, "load")
		cost := func(machines int, serverless float64) float64 {
			return float64(machines)*price + serverless*3600*request
		}
		machines, serverless := policytest.Must[*LIBRA](t)(NewLIBRA(rate, price, request)).Split(load)
		if float64(machines)*rate+serverless < load-1e-6*rate {
			t.Fatalf("%d machines and %g requests/s on serverless for %g", machines, serverless, load)
		}
		for n := range machines + 3 {
			rest := math.Max(0, load-float64(n)*rate)
			if cost(n, rest) < cost(machines, serverless)-1e-6*price {
				t.Fatalf("%d machines and %g on serverless cost more than %d and %g", machines, serverless, n, rest)
			}
		}
	})
}

func TestLIBRAErrors(t *testing.T) {
	_, err := NewLIBRA(0, 1, 2)
	policytest.CheckErrors(t, map[string]error{
		"0 requests/s at 1 USD/h against 2 USD for a request: expected a rate above 0, prices of 0 or more": err,
	})
}
