package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/plan"
)

func TestVerdictInWords(t *testing.T) {
	p := feasible(t, search(t, model(t, encoder), acme()))
	if !strings.Contains(p.Verdict.Summary, p.Best.Describe()) || !strings.Contains(p.Verdict.Summary, p.Best.Monthly.Dollars()) {
		t.Errorf("the summary does not say where and for how much: %s", p.Verdict.Summary)
	}
	reasons := strings.Join(p.Verdict.Reasons, "\n")
	for _, want := range []string{p.RunnerUp.Describe(), p.BestCluster.Describe(), "tightest objective is latency p95", fmt.Sprintf("%d offers are refused", len(p.Refused))} {
		if !strings.Contains(reasons, want) {
			t.Errorf("the reasons do not say %q:\n%s", want, reasons)
		}
	}
	if p.RunnerUp.Offer == p.Best.Offer {
		t.Errorf("the runner-up is on the best's own offer %s", p.Best.Offer)
	}
	if p.BestCluster.Side != plan.SideCluster || p.BestServerless.Side != plan.SideServerless {
		t.Errorf("best of the sides: %s and %s", p.BestCluster.Side, p.BestServerless.Side)
	}
	if rest := strings.Join(p.Verdict.RestsOn, "\n"); !strings.Contains(rest, "1858 requests over 1h, extrapolated x 730") || !strings.Contains(rest, "measured: a bench") {
		t.Errorf("rests on:\n%s", rest)
	}
}

// TestInfeasible: a negative verdict shows what comes nearest, and which objective fails there.
func TestInfeasible(t *testing.T) {
	tests := map[string]struct {
		replace []string
		failing string
	}{
		"budget":  {[]string{"latency: {p95: 2s}", "latency: {p95: 2s}\n    monthlyBudget: 3"}, "monthly budget"},
		"latency": {[]string{"p95: 2s", "p95: 5ms"}, "latency p95"},
		"errors": {
			[]string{"rate: 0.5/s", "rate: 20/s", "minReplicas: 0", "quotas: {acme: 1}, timeout: 3s", "latency: {p95: 2s}", "errors: 0.01%", "acme/*", "acme/functions/*"}, "errors",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := model(t, encoder, test.replace...)
			p := search(t, m, acme())
			if p.Verdict.Feasible || p.Best != nil || p.RunnerUp != nil || p.Tipping != nil {
				t.Fatalf("feasible: %s", p.Verdict.Summary)
			}
			if len(p.Nearest) == 0 || len(p.Nearest) > 3 {
				t.Fatalf("%d nearest arrangements", len(p.Nearest))
			}
			if p.Verdict.Summary != "No arrangement meets the objectives of encoder." {
				t.Errorf("summary %q", p.Verdict.Summary)
			}
			first := p.Nearest[0]
			for i, c := range p.Nearest {
				reason := p.Verdict.Reasons[i]
				if !strings.Contains(reason, c.Describe()) || !strings.Contains(reason, test.failing+" is ") {
					t.Errorf("the reason does not name %s on %s: %s", test.failing, c.Describe(), reason)
				}
				if !slices.ContainsFunc(c.Objectives, func(o plan.Attainment) bool { return o.Objective == test.failing && !o.Met }) {
					t.Errorf("%s fails no %s: %+v", c.Offer, test.failing, c.Objectives)
				}
				if strain(c) < strain(first) {
					t.Errorf("%s is nearer than the first, %s", c.Offer, first.Offer)
				}
			}
		})
	}
}

// TestNearestToTheBudget: what misses a budget by least is the cheapest that
// meets everything else, and not what more capacity was tried on.
func TestNearestToTheBudget(t *testing.T) {
	unbounded := feasible(t, search(t, model(t, encoder), acme()))
	p := search(t, model(t, encoder, "latency: {p95: 2s}", "latency: {p95: 2s}\n    monthlyBudget: 3"), acme())
	if len(p.Nearest) == 0 {
		t.Fatal("nothing is near")
	}
	if got, want := p.Nearest[0], unbounded.Best; got.Describe() != want.Describe() || got.Monthly.Cmp(want.Monthly.Decimal) != 0 {
		t.Errorf("nearest to a budget of 3 $ is %s at %s, but %s costs %s", got.Describe(), got.Monthly, want.Describe(), want.Monthly)
	}
}

// TestBudgetAllowsAutoscaling: where fixed replicas are beyond the budget, autoscaled ones within it are found.
func TestBudgetAllowsAutoscaling(t *testing.T) {
	longtest.Need(t, "plans a day of 350,000 requests twice")
	shape := []string{
		"rate: 0.5/s, span: 1h", "rate: 4/s, span: 1d, daily: {peakToMean: 2}", "mean: 400ms", "mean: 900ms", "p95: 2s", "p95: 8s", "acme/*", "acme/nodes/small",
	}
	p := feasible(t, search(t, model(t, encoder, shape...), acme()))
	fixed, scaled := candidate(t, p, "acme/nodes/small", "fixed"), candidate(t, p, "acme/nodes/small", "hpa")
	if scaled.Status != plan.Feasible || !scaled.Monthly.Less(fixed.Monthly) {
		t.Fatalf("autoscaled replicas cost %s (%s), fixed ones %s: nothing to tell apart", scaled.Monthly, scaled.StatusText(), fixed.Monthly)
	}
	between := fmt.Sprintf("p95: 8s}\n    monthlyBudget: %.2f", (fixed.Monthly.Float64()+scaled.Monthly.Float64())/2)
	p = feasible(t, search(t, model(t, encoder, append(shape, "p95: 8s}", between)...), acme()))
	if p.Best.Variant != "hpa" || p.Best.Monthly.Cmp(scaled.Monthly.Decimal) != 0 {
		t.Errorf("the best is %s at %s, want autoscaled replicas at %s", p.Best.Describe(), p.Best.Monthly, scaled.Monthly)
	}
}

// strain is by how much a candidate misses its worst objective.
func strain(c *plan.Candidate) float64 {
	var worst float64
	for _, o := range c.Objectives {
		if !o.Met {
			worst = max(worst, o.Got/o.Bound)
		}
	}
	return worst
}

// TestEverythingRefused: no candidate at all is a negative verdict too, and points at the reasons.
func TestEverythingRefused(t *testing.T) {
	p := search(t, model(t, encoder, "minReplicas: 0", "regions: [mars]"), acme())
	if p.Verdict.Feasible || len(p.Candidates) != 0 || len(p.Refused) == 0 {
		t.Fatalf("%s: %d candidates", p.Verdict.Summary, len(p.Candidates))
	}
	if got := strings.Join(p.Verdict.Reasons, "\n"); !strings.Contains(got, "refused by a hard constraint") || !strings.Contains(got, p.Refused[0].Reason) {
		t.Errorf("reasons: %s", got)
	}
}

// TestOneSideOnly: without an arrangement on one side there is no tipping point, and the reasons say why.
func TestOneSideOnly(t *testing.T) {
	tests := map[string]struct{ offer, want string }{
		"clusters":   {"acme/nodes/*", "No serverless home is feasible, so there is no tipping point: every such offer is refused by a hard constraint or left out of spec.homes."},
		"serverless": {"acme/functions/*", "No cluster home is feasible, so there is no tipping point: every such offer is refused by a hard constraint or left out of spec.homes."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := feasible(t, search(t, model(t, encoder, "acme/*", test.offer), acme()))
			if p.Tipping != nil || !slices.Contains(p.Verdict.Reasons, test.want) {
				t.Errorf("tipping point %v, reasons\n%s", p.Tipping, strings.Join(p.Verdict.Reasons, "\n"))
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	tests := map[string]struct {
		text    string
		replace []string
		want    string // code: part of the message
		not     string
	}{
		"an hour":                  {encoder, nil, "short-trace: ", "no-weekly-shape"},
		"two days":                 {encoder, []string{"rate: 0.5/s, span: 1h", "rate: 0.01/s, span: 2d"}, "no-weekly-shape: ", "short-trace"},
		"ten days":                 {encoder, []string{"rate: 0.5/s, span: 1h", "rate: 0.002/s, span: 10d"}, "extrapolated-month: a month of 730 h is extrapolated from 10d of traffic, x 3.042", "no-weekly-shape"},
		"a whole month":            {encoder, []string{"rate: 0.5/s, span: 1h", "rate: 0.001/s, span: 730h"}, "", "extrapolated-month"},
		"a part of a day":          {encoder, nil, "no-daily-shape: ", ""},
		"a quota of the catalogue": {encoder, nil, "quota-assumed: acme/functions/x86: a quota of 50 ", ""},
		"a quota of one's own":     {encoder, []string{"minReplicas: 0", "quotas: {acme: 30}"}, "", "quota-assumed"},
		"few in the tail":          {encoder, []string{"p95: 2s", "p99: 4s"}, "thin-tail: latency p99 rests on the slowest 19 of 1858 requests", ""},
		"a stale price":            {encoder, nil, "stale-price: acme/nodes/small: the price of control plane is of 2025-01-02, 690 days old (limit 180d)", ""},
		"older prices accepted":    {encoder, []string{"minReplicas: 0", "maxPriceAge: 800d"}, "", "stale-price"},
		"an estimate":              {llm, nil, "estimated-service-time: acme/nodes/gpu: the service time is estimated, not measured", ""},
		"a measurement":            {encoder, nil, "", "estimated-service-time"},
		"spot": {
			encoder,
			[]string{"minReplicas: 0", "spot: true", `offer: "acme/*"`, "offer: acme/nodes/small, priceClass: spot"},
			"", "spot",
		},
		"spot without a rate": {
			encoder,
			[]string{"minReplicas: 0", "spot: true", `offer: "acme/*"`, "offer: acme/nodes/large, priceClass: spot"},
			"spot: acme/nodes/large: interruptions are not simulated: the catalogue has no rate for the offer; give cluster.spot.interruptions", "",
		},
		"spot with a rate of one's own": {
			encoder,
			[]string{"minReplicas: 0", "spot: true", `offer: "acme/*"`, "offer: acme/nodes/large, priceClass: spot, cluster: {spot: {interruptions: 0.1/month}}"},
			"", "spot",
		},
		"an undated price": {
			encoder,
			[]string{"minReplicas: 0", "lowConfidence: true", "acme/*", "acme/nodes/rumoured"},
			"undated-price: acme/nodes/rumoured: the price of rumoured has no date (a rumour about acme)", "",
		},
		"low confidence": {
			encoder,
			[]string{"minReplicas: 0", "lowConfidence: true", "acme/*", "acme/nodes/rumoured"},
			"low-confidence-price: acme/nodes/rumoured: ", "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := model(t, test.text, test.replace...)
			if m.Spec.Homes[0].Offer == "acme/*" { // one side is enough
				m.Spec.Homes = []v1alpha1.Home{{Offer: "acme/nodes/small"}, {Offer: "acme/nodes/gpu"}}
				if strings.Contains(test.want, "acme/functions") {
					m.Spec.Homes = []v1alpha1.Home{{Offer: "acme/functions/*"}}
				}
			}
			p := feasible(t, search(t, m, acme()))
			var all []string
			for _, w := range p.Warnings {
				all = append(all, w.Code+": "+w.Message)
			}
			if text := strings.Join(all, "\n"); !strings.Contains(text, test.want) || test.not != "" && strings.Contains(text, test.not+": ") {
				t.Errorf("want %q and no %q, warnings are\n%s", test.want, test.not, text)
			}
		})
	}
}
