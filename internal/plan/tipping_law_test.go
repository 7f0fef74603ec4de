package plan_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/workload"
)

// side is one of a point of the curve.
type side struct {
	name     string
	settings *v1alpha1.Home
	monthly  *unit.Money
}

func sidesOf(p plan.TippingPoint) []side {
	return []side{{"cluster", p.ClusterSettings, p.ClusterMonthly}, {"serverless", p.ServerlessSettings, p.ServerlessMonthly}}
}

// TestTippingCurveLaws: each point is what simulate makes of its settings with traffic.scale at its factor, and a side costs no
// less with more traffic, unless what serves more for less does not do so with the less: then the point says so.
func TestTippingCurveLaws(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		m.Spec.Homes = []v1alpha1.Home{{Offer: "acme/*"}}
		p := searchWhole(t, m, acme())
		checkCurve(t, p)
		if p.Tipping == nil {
			return
		}
		curve := p.Tipping.Curve
		for i, point := range curve {
			for k, s := range sidesOf(point) {
				if s.settings == nil {
					continue
				}
				if got := scaledTo(t, m, point.Factor, *s.settings); got.Status != plan.Feasible || got.Monthly.Cmp(s.monthly.Decimal) != 0 {
					r.Fatalf("at %g times the traffic the %s side costs %s; simulated it is %s and costs %s", point.Factor, s.name, s.monthly, got.Status, got.Monthly)
				}
				if i+1 == len(curve) {
					continue
				}
				next := sidesOf(curve[i+1])[k]
				if next.settings == nil || !next.monthly.Less(*s.monthly) {
					continue
				}
				if got := scaledTo(t, m, point.Factor, *next.settings); got.Status == plan.Feasible && got.Monthly.Less(*s.monthly) {
					r.Fatalf("at %g times the traffic the %s side costs %s, with more %s; what serves that costs %s with less",
						point.Factor, s.name, s.monthly, next.monthly, got.Monthly)
				}
			}
		}
	})
}

// TestTippingCurveOfARecord: the same traffic as a record is thinned and copied, and each point is what comes of that.
func TestTippingCurveOfARecord(t *testing.T) {
	for name, replace := range tippingModels {
		t.Run(name, func(t *testing.T) {
			in := input(t, model(t, encoder, replace...), acme())
			all, err := workload.ReadAll(in.Workload)
			if err != nil {
				t.Fatal(err)
			}
			in.Workload = workload.NewRecorded(in.Workload.Info(), all)
			p, err := plan.Search(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			if p.Tipping == nil || len(p.Tipping.Curve) < 2 {
				t.Fatalf("no curve: %+v", p.Tipping)
			}
			checkCurve(t, p)
			checkVerified(t, in, p)
		})
	}
}

// scaledTo simulates a home under a model's traffic times a factor, by its file.
func scaledTo(t testing.TB, m *v1alpha1.Model, factor float64, home v1alpha1.Home) *plan.Candidate {
	t.Helper()
	again := *m
	again.Spec.Traffic.Scale = &factor
	again.Spec.Homes = []v1alpha1.Home{home}
	return run(t, &again, acme()).Homes[0]
}
