package oracle

import (
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func TestErlangB(t *testing.T) {
	for _, row := range []struct {
		c    int
		load float64
		want string
	}{
		{0, 3, "1"},
		{1, 1, ".5"},
		{2, 1, ".2"},
		{10, 8, ".121661"},
		{10, 10, ".214582"},
		{5, 0, "0"},
	} {
		printed(t, "B", must(ErlangB(row.c, row.load)), row.want)
	}
}

// TestMM1K checks the closed form of one server: p_n = (1-rho) rho^n / (1 - rho^{K+1}); K = 3, rho = 2.
func TestMM1K(t *testing.T) {
	q := must(NewMMcK(1, 3, 2, 1))
	near(t, "loss", q.Loss(), 8./15, 1e-12)
	near(t, "E[N]", q.MeanInSystem(), (2+2*4+3*8)/15., 1e-12)
	near(t, "E[Nq]", q.MeanQueue(), (4+2*8)/15., 1e-12)
	near(t, "P(wait)", q.WaitProbability(), 6./7, 1e-12)
	near(t, "E[W]", q.MeanWait(), (20./15)/(2*7./15), 1e-12)
	near(t, "E[T]", q.MeanSojourn(), (34./15)/(2*7./15), 1e-12)
}

// TestMMcKLimits checks M/M/c/K against Erlang B where K = c, and against M/M/c where K is large.
func TestMMcKLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.IntRange(1, 40).Draw(t, "c")
		mu := rapid.Float64Range(.01, 100).Draw(t, "mu")
		load := float64(c) * rapid.Float64Range(.1, .9).Draw(t, "rho")

		loss := must(NewMMcK(c, c, load*mu, mu))
		near(t, "Erlang B", loss.Loss(), must(ErlangB(c, load)), 1e-10)
		busy := distuv.Poisson{Lambda: load}
		near(t, "Poisson cut off", loss.Loss(), busy.Prob(float64(c))/busy.CDF(float64(c)), 1e-9)
		near(t, "busy", loss.MeanBusy(), load*(1-loss.Loss()), 1e-10)
		near(t, "sojourn without a wait", loss.MeanSojourn(), 1/mu, 1e-10)

		long, free := must(NewMMcK(c, c+1000, load*mu, mu)), must(NewMMc(c, load*mu, mu))
		near(t, "P(wait)", long.WaitProbability(), free.WaitProbability(), 1e-9)
		near(t, "E[W]", long.MeanWait(), free.MeanWait(), 1e-9)
		near(t, "E[T]", long.MeanSojourn(), free.MeanSojourn(), 1e-9)
		near(t, "E[Nq]", long.MeanQueue(), free.MeanQueue(), 1e-9)
		near(t, "E[N]", long.MeanInSystem(), free.MeanInSystem(), 1e-9)
	})
}

// TestMMcKOverload checks what is left of the accepted share where nearly all are lost.
func TestMMcKOverload(t *testing.T) {
	q := must(NewMMcK(2, 1000, 1e6, 1))
	near(t, "busy", q.MeanBusy(), 2, 1e-9)
	near(t, "E[T]", q.MeanSojourn(), 500, 1e-5) // throughput 2, 1000 places taken
}
