package oracle

import (
	"math"
	"testing"
)

// TestArguments checks that nonsense and queues that grow for ever are errors.
func TestArguments(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	q, g := must(NewMMc(1, .5, 1)), must(NewMG1(.5, 1, 1))
	for what, call := range map[string]func() error{
		"ErlangB servers":         func() error { _, err := ErlangB(-1, 1); return err },
		"ErlangB too many":        func() error { _, err := ErlangB(math.MaxInt, 1); return err },
		"ErlangB load":            func() error { _, err := ErlangB(1, -1); return err },
		"ErlangB NaN":             func() error { _, err := ErlangB(1, nan); return err },
		"ErlangC unstable":        func() error { _, err := ErlangC(2, 2); return err },
		"ErlangC servers":         func() error { _, err := ErlangC(0, 0); return err },
		"MMc unstable":            func() error { _, err := NewMMc(2, 2, 1); return err },
		"MMc arrival":             func() error { _, err := NewMMc(2, -1, 1); return err },
		"MMc service":             func() error { _, err := NewMMc(2, 1, 0); return err },
		"MMc infinite":            func() error { _, err := NewMMc(2, inf, inf); return err },
		"MMcK places":             func() error { _, err := NewMMcK(2, 1, 1, 1); return err },
		"MMcK too many":           func() error { _, err := NewMMcK(2, math.MaxInt, 1, 1); return err },
		"MMcK servers":            func() error { _, err := NewMMcK(0, 1, 1, 1); return err },
		"MG1 unstable":            func() error { _, err := NewMG1(1, 1, 0); return err },
		"MG1 variation":           func() error { _, err := NewMG1(.5, 1, -1); return err },
		"MG1 set-up":              func() error { _, err := g.MeanSojournSetUp(-1, 1); return err },
		"MG1 set-up moments":      func() error { _, err := g.MeanSojournSetUp(2, 3); return err },
		"MGInf":                   func() error { _, err := NewMGInf(0, 1); return err },
		"MGInf load":              func() error { _, err := NewMGInf(1e200, 1e200); return err },
		"staggered":               func() error { _, err := q.MeanSojournStaggered(0); return err },
		"MMInfSetUp set-up":       func() error { _, err := NewMMInfSetUp(1, 1, 0); return err },
		"MMInfSetUp slow":         func() error { _, err := NewMMInfSetUp(1, 1, 1e-300); return err },
		"MMcSetUp unstable":       func() error { _, err := NewMMcSetUp(2, 2, 1, 1); return err },
		"MMcSetUp too many":       func() error { _, err := NewMMcSetUp(201, 2, 1, 1); return err },
		"MMcSetUp set-up":         func() error { _, err := NewMMcSetUp(2, 1, 1, -1); return err },
		"KeepAlive arrival":       func() error { _, err := NewKeepAlive(0, 1, 1, 0); return err },
		"KeepAlive window":        func() error { _, err := NewKeepAlive(1, 1, -1, 0); return err },
		"KeepAlive no end":        func() error { _, err := NewKeepAlive(1, 1, inf, 0); return err },
		"KeepAlive limit":         func() error { _, err := NewKeepAlive(1, 1, 1, -1); return err },
		"KeepAlive load":          func() error { _, err := NewKeepAlive(101, 1, 1, 0); return err },
		"ColdStartRenewal window": func() error { _, err := ColdStartRenewal(math.Sqrt, -1); return err },
		"ColdStartRenewal F":      func() error { _, err := ColdStartRenewal(math.Sqrt, 4); return err },
		"ColdStartPoisson rate":   func() error { _, err := ColdStartPoisson(-1, 1, 1); return err },
		"ColdStartPoisson order":  func() error { _, err := ColdStartPoisson(1, 2, 1); return err },
		"Hybrid load":             func() error { _, err := NewHybrid(nan, 1); return err },
		"Hybrid ratio":            func() error { _, err := NewHybrid(1, inf); return err },
		"Hybrid slots":            func() error { _, err := must(NewHybrid(1, 1)).Cost(-1); return err },
	} {
		if call() == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// TestExtremes checks that arguments at the bounds are answered, with numbers.
func TestExtremes(t *testing.T) {
	slots, cost := must(NewHybrid(maxServers, maxPriceRatio)).LowerBound()
	best, optimum := must(NewHybrid(10_000, maxPriceRatio)).Optimum()
	setUp := must(NewMMcSetUp(maxSetUpServers, .99*maxSetUpServers, 1, 1e-3))
	near(t, "busy", setUp.MeanBusy(), .99*maxSetUpServers, 1e-9)
	fleet := must(NewKeepAlive(maxKeepAliveLoad, 1, 1e6, 0))
	tiny := must(NewKeepAlive(1e-200, 1e-200, 1, 0))
	for what, got := range map[string]float64{
		"lower bound":    cost / float64(slots),
		"optimum":        optimum / float64(best),
		"many places":    must(NewMMcK(1, maxServers, 2, 1)).MeanInSystem(),
		"steep queue":    must(NewMMc(maxServers, maxServers-1, 1)).SojournQuantile(.999),
		"small times":    must(NewMMc(1, 1e299, 1e300)).SojournQuantile(.5),
		"slow set-up":    must(NewMMInfSetUp(1, 1, 1e-6)).MeanSojourn(),
		"live":           fleet.MeanLive(),
		"tiny, live":     1 + tiny.MeanLive(),
		"tiny, cold":     tiny.ColdStarts(),
		"long, one cold": must(NewMMcSetUp(1, 1e-9, 1, 1e-9)).MeanSojourn(),
	} {
		if !(got > 0) || math.IsInf(got, 1) {
			t.Errorf("%s = %g, want a number above 0", what, got)
		}
	}
}
