package plan_test

import (
	"math"
	"slices"
	"testing"

	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/plan"
)

// at plans a model with its traffic scaled.
func at(t testing.TB, factor float64, text string, replace ...string) *plan.Plan {
	t.Helper()
	m := model(t, text, replace...)
	m.Spec.Traffic.Scale = &factor
	return feasible(t, search(t, m, acme()))
}

// tippingModels have homes that tip above and below today's traffic.
var tippingModels = map[string][]string{
	"functions today, a cluster with more traffic": {`[{offer: "acme/*"}]`, "[{offer: acme/nodes/small}, {offer: acme/functions/x86}]"},
	"a cluster today, containers with less traffic": {
		"rate: 0.5/s", "rate: 10/s", `[{offer: "acme/*"}]`, "[{offer: acme/nodes/small}, {offer: acme/containers/request}]",
	},
}

// fewHomes makes the encoder one that is planned in a tenth of a second, tipping point included.
var fewHomes = []string{`[{offer: "acme/*"}]`, "[{offer: acme/nodes/small}, {offer: acme/functions/x86}, {offer: acme/containers/request}]"}

// TestTippingPointTips plans again a quarter below and above the point that was
// found: the cheaper side must be another.
func TestTippingPointTips(t *testing.T) {
	for name, replace := range tippingModels {
		t.Run(name, func(t *testing.T) {
			p := feasible(t, searchWhole(t, model(t, encoder, replace...), acme()))
			tip := p.Tipping
			if tip == nil || !tip.Found {
				t.Fatalf("no tipping point: %+v", tip)
			}
			below, above := at(t, tip.Factor*0.75, encoder, replace...), at(t, tip.Factor*1.25, encoder, replace...)
			if above.Best.Side != tip.Cheaper || below.Best.Side == tip.Cheaper {
				t.Errorf("it tips to %s at %.3g times the traffic, but %s is cheaper a quarter below and %s a quarter above", tip.Cheaper, tip.Factor, below.Best.Side, above.Best.Side)
			}
			if want := tip.Factor * float64(p.Traffic.Rate); math.Abs(float64(tip.Rate)-want) > 1e-9*want {
				t.Errorf("rate %g, want %g", float64(tip.Rate), want)
			}
			if ratio := tip.ClusterMonthly.Float64() / tip.ServerlessMonthly.Float64(); ratio < 0.8 || ratio > 1.25 {
				t.Errorf("the sides cost %s and %s at the point where they should cost the same", tip.ClusterMonthly, tip.ServerlessMonthly)
			}
			if tip.Utilisation <= 0 || tip.Utilisation > 1 {
				t.Errorf("cluster utilisation of %g", tip.Utilisation)
			}
		})
	}
}

// TestTippingCurve: the curve is in order, holds today's costs, and changes its cheaper side at the point only.
func TestTippingCurve(t *testing.T) {
	for name, replace := range tippingModels {
		t.Run(name, func(t *testing.T) {
			p := feasible(t, searchWhole(t, model(t, encoder, replace...), acme()))
			curve := p.Tipping.Curve
			if !slices.IsSortedFunc(curve, func(a, b plan.TippingPoint) int { return int(math.Copysign(1, a.Factor-b.Factor)) }) {
				t.Errorf("the factors are not in order: %s", jsonOf(t, curve))
			}
			today := slices.IndexFunc(curve, func(c plan.TippingPoint) bool { return c.Factor == 1 })
			if today < 0 || curve[today].ClusterMonthly.Cmp(p.BestCluster.Monthly.Decimal) != 0 || curve[today].ServerlessMonthly.Cmp(p.BestServerless.Monthly.Decimal) != 0 {
				t.Errorf("the curve has not today's costs: %s", jsonOf(t, curve))
			}
			for _, c := range curve {
				cluster := c.ServerlessMonthly == nil || c.ClusterMonthly != nil && !c.ServerlessMonthly.Less(*c.ClusterMonthly)
				if above := c.Factor > p.Tipping.Factor; cluster != (above == (p.Tipping.Cheaper == plan.SideCluster)) {
					t.Errorf("at %g times the traffic the cluster is cheaper: %t; it tips to %s at %g", c.Factor, cluster, p.Tipping.Cheaper, p.Tipping.Factor)
				}
			}
		})
	}
}

// TestNoTippingPoint: a home that is dearer however much it serves never wins, and the range that was searched is told.
func TestNoTippingPoint(t *testing.T) {
	p := feasible(t, searchWhole(t, model(t, encoder, `[{offer: "acme/*"}]`, "[{offer: acme/nodes/gpus}, {offer: acme/functions/x86}]"), acme()))
	tip := p.Tipping
	if tip == nil || tip.Found || tip.Cheaper != plan.SideServerless {
		t.Fatalf("%+v", tip)
	}
	if tip.From != 1 || tip.To < 2 || tip.Factor != 0 {
		t.Errorf("searched from %g to %g, factor %g", tip.From, tip.To, tip.Factor)
	}
}

// TestNaiveRatio is the price of a replica-hour over that of a busy instance, by hand.
func TestNaiveRatio(t *testing.T) {
	p := feasible(t, searchWhole(t, model(t, encoder, `[{offer: "acme/*"}]`, "[{offer: acme/nodes/small}, {offer: acme/containers/instance}]"), acme()))
	// Two replicas share a node at 0.05 $/h; an instance of 1 vCPU and 1 GiB costs 0.05 + 0.005 $/h.
	if want := 0.025 / 0.055; math.Abs(p.Tipping.Naive-want) > 1e-9 {
		t.Errorf("naive price ratio %g, want %g (%s)", p.Tipping.Naive, want, p.Tipping.NaiveNote)
	}
}

// TestTippingCurveSaysWhatItEstimates: a factor that is too large to simulate has its sample and no settings.
func TestTippingCurveSaysWhatItEstimates(t *testing.T) {
	longtest.Need(t, "plans with more than a million requests")
	p := feasible(t, searchWhole(t, model(t, encoder, "generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 1/s, span: 1d}",
		`[{offer: "acme/*"}]`, "[{offer: acme/nodes/gpus}, {offer: acme/functions/x86}]"), acme()))
	tip := p.Tipping
	if tip == nil || len(tip.Sampled()) == 0 || len(tip.Sampled()) == len(tip.Curve) {
		t.Fatalf("no points of both kinds: %s", jsonOf(t, tip))
	}
	for _, c := range tip.Curve {
		exact := c.Sample == ""
		if large := c.Factor*float64(p.Traffic.Requests) > 1_250_000; large && exact {
			t.Errorf("%g times the traffic was simulated on all of it", c.Factor)
		}
		for _, s := range sidesOf(c) {
			if s.monthly != nil && (s.settings != nil) != exact {
				t.Errorf("at %g times the traffic, on %q, the %s side costs %s with settings %v", c.Factor, c.Sample, s.name, s.monthly, s.settings)
			}
		}
	}
}

// TestTippingCurveFollowsOtherHardware: at each point a side costs at most a tenth more than a plan of that traffic finds, here where the
// offers that are cheapest today cannot follow and those of another GPU, which are dearer today, can.
func TestTippingCurveFollowsOtherHardware(t *testing.T) {
	const llm = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: two-gpus}
spec:
  traffic:
    generator:
      rate: 0.008/s
      span: 1h
      sizes: {input: {mean: 1200, cv: 1}, output: {mean: 210, cv: 0.7}}
  service:
    parameters: 8B
    profiles:
      - {gpu: L4, batched: {alpha: 63ms, beta: 0.8ms, gamma: 0.27ms, maxBatch: 32}}
  constraints: {gpus: [L4, A10G], timeout: 60s}
  callers: {cancel: true, retry: {}}
  objectives: {latency: {p95: 60s}}
`
	p := feasible(t, searchWhole(t, model(t, llm), acme()))
	if p.Tipping == nil || len(p.Tipping.Curve) < 3 {
		t.Fatalf("no curve: %s", jsonOf(t, p.Tipping))
	}
	for _, point := range p.Tipping.Curve {
		then := at(t, point.Factor, llm)
		for i, best := range []*plan.Candidate{then.BestCluster, then.BestServerless} {
			s := sidesOf(point)[i]
			if best != nil && (s.monthly == nil || s.monthly.Float64() > 1.1*best.Monthly.Float64()) {
				t.Errorf("at %g times the traffic the %s side costs %v; a plan of it finds %s for %s", point.Factor, s.name, s.monthly, best.Describe(), best.Monthly)
			}
		}
	}
}
