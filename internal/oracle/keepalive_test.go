package oracle

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func TestKeepAlive(t *testing.T) {
	for _, row := range []struct {
		lambda, service, window float64
		cold, live              string
	}{
		{.9, 1.991, 600, ".00132931", "7.69193"},
		{.9, 1.991, 60, ".0163273", "5.86423"},
		{.9, 1.991, 10, ".10604", "4.18399"},
		{.1, 1.991, 60, ".0760134", "1.68032"},
		{1, 1, 1, ".49652", "1.6921"},
		{1, 1, 10, ".0773738", "3.27808"},
		{10, 1, 10, ".019085", "17.184"},
	} {
		k := must(NewKeepAlive(row.lambda, row.service, row.window, 0))
		printed(t, "P_cold", k.ColdStarts(), row.cold)
		printed(t, "E[live]", k.MeanLive(), row.live)
	}
}

// TestKeepAliveMatrix checks the solution by eigenvalues against the matrix
// exponential that defines it.
func TestKeepAliveMatrix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		load := rapid.Float64Range(.01, 4).Draw(t, "load")
		service := rapid.Float64Range(.01, 100).Draw(t, "service")
		window := rapid.Float64Range(0, 50).Draw(t, "window")
		limit := rapid.IntRange(0, 8).Draw(t, "limit")
		k := must(NewKeepAlive(load/service, service, window*service, limit))
		cold, live := byMatrix(load, window, limit)
		near(t, "P_cold", k.ColdStarts(), cold, 1e-8)
		near(t, "E[live]", k.MeanLive(), live, 1e-8)
		if limit > 0 {
			near(t, "loss", k.Loss(), must(ErlangB(limit, load)), 1e-9)
		}
	})
}

// byMatrix sums e^{Q_n tau} 1 as the documentation of KeepAlive states it, with E[S] = 1.
func byMatrix(load, window float64, limit int) (cold, live float64) {
	if limit == 0 {
		limit = 30
	}
	pi := boundedStates(limit, limit, load)
	for n := range limit {
		q := mat.NewDense(n+1, n+1, nil)
		for i := range n + 1 {
			q.Set(i, i, -window*(load+float64(i)))
			if i < n {
				q.Set(i, i+1, window*load)
				q.Set(i+1, i, window*float64(i+1))
			}
		}
		var e mat.Dense
		e.Exp(q)
		live++
		for i := range n + 1 {
			live -= pi[i] * mat.Sum(e.RowView(i))
		}
		cold += pi[n] * mat.Sum(e.RowView(n))
	}
	return cold / (1 - pi[limit]), live
}

// TestKeepAliveWindows checks a window of nothing, one without an end, and what lies between.
func TestKeepAliveWindows(t *testing.T) {
	none := must(NewKeepAlive(3, 1, 0, 0))
	near(t, "P_cold without a window", none.ColdStarts(), 1, 1e-12)
	near(t, "E[live] without a window", none.MeanLive(), 3, 1e-12)

	ever := must(NewKeepAlive(3, 1, 1e9, 4))
	near(t, "E[live] of a full fleet", ever.MeanLive(), 4, 1e-6)
	if ever.ColdStarts() > 1e-12 {
		t.Errorf("P_cold of a full fleet = %g, want 0", ever.ColdStarts())
	}

	before := none
	for window := .5; window < 100; window *= 2 {
		k := must(NewKeepAlive(3, 1, window, 0))
		if k.ColdStarts() >= before.ColdStarts() || k.MeanLive() <= before.MeanLive() {
			t.Errorf("window %g: P_cold %g and E[live] %g after %+v", window, k.ColdStarts(), k.MeanLive(), before)
		}
		before = k
	}
}

// TestKeepAliveLowLoad checks that service that takes no time leaves the gap between arrivals.
func TestKeepAliveLowLoad(t *testing.T) {
	for _, window := range []float64{.1, 1, 5} {
		gap := math.Exp(-2 * window)
		near(t, "P_cold", must(NewKeepAlive(2, 1e-12, window, 0)).ColdStarts(), gap, 1e-6)
		near(t, "P_cold with a limit of 1", must(NewKeepAlive(2, 1, window, 1)).ColdStarts(), gap, 1e-12)
		near(t, "uniform window without width", must(ColdStartPoisson(2, window, window)), gap, 1e-12)
		near(t, "renewal", must(ColdStartRenewal(distuv.Exponential{Rate: 2}.CDF, window)), gap, 1e-12)
	}
}

func TestColdStart(t *testing.T) {
	// e^{-lambda T} averaged over T from 300 to 600, lambda 1/300.
	near(t, "uniform window", must(ColdStartPoisson(1./300, 300, 600)), math.Exp(-1)-math.Exp(-2), 1e-12)
	// A uniform gap between 0 and 10.
	near(t, "uniform gap", must(ColdStartRenewal(distuv.Uniform{Max: 10}.CDF, 4)), .6, 1e-12)
}
