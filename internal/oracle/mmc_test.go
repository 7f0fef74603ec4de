package oracle

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestMMc(t *testing.T) {
	for _, row := range []struct {
		c                        int
		lambda                   float64
		waits, wq, p50, p95, p99 string
	}{
		{2, 1.6, ".711111", "1.777778", "2.040031", "7.910684", "11.93737"},
		{4, 3.2, ".596432", ".745541", "1.346199", "4.738019", "6.893204"},
		{8, 7.2, ".701533", ".876916", "1.489355", "4.925147", "7.087347"},
		{16, 12.8, ".304884", ".095276", ".801856", "3.125392", "4.734952"},
		{50, 45, ".363864", ".072773", ".77647", "3.082796", "4.692234"},
	} {
		q := must(NewMMc(row.c, row.lambda, 1))
		printed(t, "C", q.WaitProbability(), row.waits)
		printed(t, "E[W]", q.MeanWait(), row.wq)
		printed(t, "p50", q.SojournQuantile(.5), row.p50)
		printed(t, "p95", q.SojournQuantile(.95), row.p95)
		printed(t, "p99", q.SojournQuantile(.99), row.p99)
	}
}

// TestMM1 checks the forms that M/M/c takes with one server: T is exponential with rate mu - lambda.
func TestMM1(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rho := rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "rho")
		mu := rapid.Float64Range(1e-3, 1e3).Draw(t, "mu")
		p := rapid.Float64Range(.001, 1-1e-9).Draw(t, "p")
		q := must(NewMMc(1, rho*mu, mu))
		near(t, "C", q.WaitProbability(), rho, 1e-12)
		near(t, "E[T]", q.MeanSojourn(), 1/(mu-rho*mu), 1e-9)
		near(t, "E[N]", q.MeanInSystem(), rho/(1-rho), 1e-9)
		near(t, "E[Nq]", q.MeanQueue(), rho*rho/(1-rho), 1e-9)
		near(t, "quantile", q.SojournQuantile(p), -math.Log1p(-p)/(mu-rho*mu), 1e-6)
	})
}

// TestMMcTails checks that quantiles invert tails, and that tails integrate to means.
func TestMMcTails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.IntRange(1, 60).Draw(t, "c")
		lambda := float64(c) * rapid.Float64Range(.05, .95).Draw(t, "rho")
		p := rapid.Float64Range(.001, .999).Draw(t, "p")
		q := must(NewMMc(c, lambda, 1))
		near(t, "P(T > quantile)", q.SojournTail(q.SojournQuantile(p)), 1-p, 1e-9)
		if wait := q.WaitQuantile(p); wait > 0 {
			near(t, "P(W > quantile)", q.WaitTail(wait), 1-p, 1e-9)
		} else if q.WaitTail(0) > 1-p {
			t.Errorf("the quantile is 0, but P(W > 0) = %g is above %g", q.WaitTail(0), 1-p)
		}
		near(t, "E[T]", integral(q.SojournTail, 40/math.Min(1, q.drain())), q.MeanSojourn(), 1e-5)
		near(t, "E[W]", integral(q.WaitTail, 40/q.drain()), q.MeanWait(), 1e-6)
	})
}

// TestSojournTailEqualRates checks the limit of the formula where c - 1 = a, at it and beside it.
func TestSojournTailEqualRates(t *testing.T) {
	at, beside := must(NewMMc(3, 2, 1)), must(NewMMc(3, 2+1e-9, 1))
	for _, x := range []float64{0, .1, 1, 5, 20} {
		want := math.Exp(-x) * (1 + at.WaitProbability()*x)
		near(t, "at the limit", at.SojournTail(x), want, 1e-12)
		near(t, "beside the limit", beside.SojournTail(x), want, 1e-7)
	}
}

func TestQuantileEdges(t *testing.T) {
	q := must(NewMMc(2, 1.6, 1))
	for _, quantile := range []func(float64) float64{q.SojournQuantile, q.WaitQuantile} {
		if got := quantile(0); !(got >= 0 && got < 1e-300) {
			t.Errorf("quantile of 0 = %g, want 0", got)
		}
		if got := quantile(1); !math.IsInf(got, 1) {
			t.Errorf("quantile of 1 = %g, want +Inf", got)
		}
		for _, p := range []float64{-.1, 1.1, math.NaN()} {
			if got := quantile(p); !math.IsNaN(got) {
				t.Errorf("quantile of %g = %g, want NaN", p, got)
			}
		}
	}
	for _, tail := range []func(float64) float64{q.SojournTail, q.WaitTail} {
		if tail(-1) != 1 || tail(1e9) != 0 {
			t.Errorf("tail at -1 and 1e9 = %g and %g, want 1 and 0", tail(-1), tail(1e9))
		}
	}
}

// integral is Simpson's rule over 0 to end.
func integral(f func(float64) float64, end float64) float64 {
	const steps = 4000
	h := end / steps
	sum := f(0) + f(end)
	for i := 1; i < steps; i++ {
		sum += float64(2+2*(i%2)) * f(float64(i)*h)
	}
	return sum * h / 3
}
