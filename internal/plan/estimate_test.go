package plan_test

import (
	"context"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/plan"
)

// sampledModels have so much traffic that it is searched on a sample: replacements in encoder.
var sampledModels = map[string][]string{
	"steady":          {"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 60/s, span: 8h}"},
	"days":            {"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 3/s, span: 3d, daily: {peakToMean: 1.9}}"},
	"weeks":           {"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 0.6/s, span: 14d, daily: {peakToMean: 1.7}, weekly: {weekend: 0.3}}"},
	"a flash crowd":   {"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 4/s, span: 2d, flash: [{at: 20h, duration: 15m, factor: 12}]}"},
	"bursts":          {"generator: {rate: 0.5/s, span: 1h}", "generator: {arrivals: gamma, cv: 4, rate: 5/s, span: 1d}"},
	"states":          {"generator: {rate: 0.5/s, span: 1h}", "generator: {arrivals: mmpp, states: [{rate: 2/s, dwell: 40m}, {rate: 20/s, dwell: 10m}], span: 1d}"},
	"rare but steady": {"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 0.25/s, span: 21d}"},
}

// TestLongTraffic: what is shown of long traffic is no estimate, and comes out again on all of it. What is not shown is shown as
// a range, and costs something within it in nineteen of twenty cases.
func TestLongTraffic(t *testing.T) {
	longtest.Need(t, "simulates millions of requests, every arrangement of them again")
	estimates, missed := 0, 0
	for name, replace := range sampledModels {
		m := model(t, encoder, append(replace, "minReplicas: 0", "minReplicas: 0, quotas: {acme: 500}")...)
		in := input(t, m, acme())
		p, err := plan.Search(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if feasible(t, p).Traffic.Searched == "" {
			t.Errorf("%s: %d requests were not sampled", name, p.Traffic.Requests)
		}
		checkVerified(t, in, p)
		list := estimated(p)
		estimates += len(list)
		for _, c := range list {
			got := costOf(t, in, c)
			if e := c.Estimate; got.Less(e.Low) || e.High.Less(got) {
				missed++
				t.Logf("%s: %s %s is told to cost %s to %s, and costs %s", name, c.Offer, c.Short(), e.Low, e.High, got)
			}
		}
	}
	if estimates < 2 || missed*20 > estimates {
		t.Errorf("%d of %d estimates do not hold", missed, estimates)
	}
}

// fullyRun is up to about how many requests a plan runs everything that it shows on all of the traffic.
const fullyRun = 20e6

// checkVerified checks that all that the text of a plan shows was run on all of the traffic, and comes out again. Of longer
// traffic the alternatives may be estimates: some of these are run here, and have to cost what the estimate says.
func checkVerified(t testing.TB, in plan.Input, p *plan.Plan) {
	t.Helper()
	v, err := plan.VerifyShown(context.Background(), in, p)
	if err != nil {
		t.Fatal(err)
	}
	if v.Arrangements == 0 || v.Estimated > 0 && p.Traffic.Requests < fullyRun {
		t.Errorf("%d of the arrangements shown are estimates, %d are not", v.Estimated, v.Arrangements)
	}
	for _, c := range []*plan.Candidate{p.Best, p.BestCluster, p.BestServerless, p.RunnerUp} {
		if c != nil && c.Estimate != nil {
			t.Errorf("%s %s is shown as a best, and is an estimate", c.Offer, c.Short())
		}
	}
	if v.Estimated > 0 {
		for _, c := range estimated(p)[:min(2, len(estimated(p)))] {
			if got, e := costOf(t, in, c), c.Estimate; got.Less(e.Low) || e.High.Less(got) {
				t.Errorf("%s %s is told to cost %s to %s, and costs %s", c.Offer, c.Short(), e.Low, e.High, got)
			}
		}
	}
	for _, d := range v.Differences {
		t.Errorf("%s (%s): %s is %s, and comes out as %s", d.Arrangement, d.Place, d.Field, d.Expected, d.Got)
	}
}

// estimated are the candidates of a plan that rest on a sample.
func estimated(p *plan.Plan) []*plan.Candidate {
	var list []*plan.Candidate
	for _, c := range p.Candidates {
		if c.Estimate != nil && c.Side != plan.SideHybrid && !c.Outcome.Stopped {
			list = append(list, c)
		}
	}
	return list
}

// costOf is what a candidate costs a month on all of the traffic.
func costOf(t testing.TB, in plan.Input, c *plan.Candidate) unit.Money {
	t.Helper()
	again := *in.Model
	again.Spec.Homes = c.Homes()
	in.Model = &again
	s, err := plan.Simulate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return s.Homes[0].Monthly
}
