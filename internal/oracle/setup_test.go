package oracle

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMMInfSetUp(t *testing.T) {
	printed(t, "E[T]", must(NewMMInfSetUp(5, 1, .1)).MeanSojourn(), "2.085661")
	printed(t, "E[T]", must(NewMMInfSetUp(10, 1, .05)).MeanSojourn(), "2.107088")
}

func TestMMcSetUp(t *testing.T) {
	for _, row := range []struct {
		c             int
		lambda, alpha float64
		want          string
	}{
		{2, 1, .1, "7.117807"},
		{4, 3.2, .1, "5.878444"},
		{16, 12.8, .02, "8.056416"},
		{16, 8, .02, "5.638878"},
	} {
		printed(t, "E[T]", must(NewMMcSetUp(row.c, row.lambda, 1, row.alpha)).MeanSojourn(), row.want)
	}
}

// TestMMcSetUpLimits checks the chain against what it becomes with one server,
// with many servers and with a set-up that takes no time.
func TestMMcSetUpLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.IntRange(1, 12).Draw(t, "c")
		mu := rapid.Float64Range(.01, 100).Draw(t, "mu")
		rho := rapid.Float64Range(.05, .95).Draw(t, "rho")
		alpha := mu * rapid.Float64Range(.01, 10).Draw(t, "alpha")
		lambda := float64(c) * rho * mu
		free := must(NewMMc(c, lambda, mu))

		one := must(must(NewMG1(rho*mu, 1/mu, 1)).MeanSojournSetUp(1/alpha, 2/(alpha*alpha)))
		near(t, "one server", must(NewMMcSetUp(1, rho*mu, mu, alpha)).MeanSojourn(), one, 1e-9)
		near(t, "no time", must(NewMMcSetUp(c, lambda, mu, 1e12*mu)).MeanSojourn(), free.MeanSojourn(), 1e-6)

		q := must(NewMMcSetUp(c, lambda, mu, alpha))
		near(t, "busy", q.MeanBusy(), free.Load(), 1e-9)
		if staggered := must(free.MeanSojournStaggered(alpha)); q.MeanSojourn() > staggered*(1+1e-9) {
			t.Errorf("E[T] = %g with all set-ups at once, %g with one at a time", q.MeanSojourn(), staggered)
		}
		if q.MeanSojourn() < free.MeanSojourn() {
			t.Errorf("E[T] = %g with set-up, %g without", q.MeanSojourn(), free.MeanSojourn())
		}
		if off := float64(c) - q.MeanBusy(); q.MeanSettingUp() > off {
			t.Errorf("%g servers are being started, but only %g are off", q.MeanSettingUp(), off)
		}
	})
}

// TestMMcSetUpManyServers checks the chain against M/M/infinity with set-up.
func TestMMcSetUpManyServers(t *testing.T) {
	many, unbounded := must(NewMMcSetUp(60, 5, 1, .5)), must(NewMMInfSetUp(5, 1, .5))
	near(t, "E[T]", many.MeanSojourn(), unbounded.MeanSojourn(), 1e-9)
	near(t, "busy", many.MeanBusy(), unbounded.MeanBusy(), 1e-9)
	near(t, "being started", many.MeanSettingUp(), unbounded.MeanSettingUp(), 1e-9)
}

// TestStaggered checks the term that staggering adds, and that it is exact for
// one server, where set-ups cannot overlap.
func TestStaggered(t *testing.T) {
	printed(t, "c = 4", must(must(NewMMc(4, 3.2, 1)).MeanSojournStaggered(.1)), "11.745541")
	near(t, "c = 1", must(must(NewMMc(1, .5, 1)).MeanSojournStaggered(.1)), must(NewMMcSetUp(1, .5, 1, .1)).MeanSojourn(), 1e-9)
}
