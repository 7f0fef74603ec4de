package plan_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/plan"
)

func verify(t testing.TB, m *v1alpha1.Model, p *plan.Plan) *plan.Verification {
	t.Helper()
	v, err := plan.Verify(context.Background(), input(t, m, acme()), p)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestEveryPlanIsVerified: what a plan shows comes out again from its settings alone, and what is tampered with does not.
func TestEveryPlanIsVerified(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		p := searchWhole(t, m, acme())
		v := verify(t, m, p)
		if len(v.Differences) > 0 {
			r.Fatalf("%d of %d arrangements differ: %+v", len(v.Differences), v.Arrangements, v.Differences[0])
		}
		shown := slices.DeleteFunc(slices.Clone(p.Candidates), func(c *plan.Candidate) bool { return c.Status == plan.Dominated })
		if points := withSettings(p.Tipping); v.Arrangements != len(shown)+points {
			r.Fatalf("%d arrangements verified, the plan has %d candidates and %d points", v.Arrangements, len(shown), points)
		}
		full := simulated(p)
		if len(full) == 0 {
			return
		}
		c := full[rapid.IntRange(0, len(full)-1).Draw(r, "tampered")]
		c.Settings = withMore(c.Settings)
		if tampered := verify(t, m, &plan.Plan{Candidates: []*plan.Candidate{c}}); len(tampered.Differences) == 0 {
			r.Fatalf("one warm more for %s changes nothing", c.Describe())
		}
	})
}

// withSettings counts the sides of the curve's points that can be put into a file.
func withSettings(t *plan.Tipping) int {
	n := 0
	if t == nil {
		return 0
	}
	for _, p := range t.Curve {
		for _, h := range []*v1alpha1.Home{p.ClusterSettings, p.ServerlessSettings} {
			if h != nil {
				n++
			}
		}
	}
	return n
}

// withMore returns the settings with one warm replica, environment or instance more, or for SnapStart other memory.
func withMore(h v1alpha1.Home) v1alpha1.Home {
	switch {
	case h.Cluster != nil:
		c := *h.Cluster
		c.Replicas, h.Cluster = new(*c.Replicas+1), &c
	case h.Function != nil && h.Function.SnapStart:
		f := *h.Function
		f.Memory, h.Function = f.Memory+1, &f
	case h.Function != nil:
		f := *h.Function
		f.ProvisionedConcurrency, h.Function = new(*f.ProvisionedConcurrency+1), &f
	default:
		c := *h.Container
		c.MinInstances, h.Container = new(*c.MinInstances+1), &c
	}
	return h
}

// TestVerifyNamesWhatDiffers tampers with a plan in one place each.
func TestVerifyNamesWhatDiffers(t *testing.T) {
	m := model(t, encoder, fewHomes...)
	cent := unit.MustDecimal("0.01")
	for name, test := range map[string]struct {
		tamper func(*plan.Plan)
		want   []string // place and field of the first differences
	}{
		"nothing": {func(*plan.Plan) {}, nil},
		"a cost":  {func(p *plan.Plan) { p.Best.Monthly = unit.USD(p.Best.Monthly.Add(cent)) }, []string{"best monthly"}},
		"a percentile": {
			func(p *plan.Plan) { p.Best.Outcome.Latency.P95 += 1e-9 }, []string{"best outcome.latency.p95"},
		},
		"a bill's line": {
			func(p *plan.Plan) {
				p.BestCluster.Bill.Lines = slices.Clone(p.BestCluster.Bill.Lines)
				p.BestCluster.Bill.Lines[0].Amount = unit.USD(cent)
			}, []string{"best cluster bill.lines[0].amount"},
		},
		"settings that no file may hold": {
			func(p *plan.Plan) {
				c := *p.BestCluster.Settings.Cluster
				c.Replicas, p.BestCluster.Settings.Cluster = new(-1), &c
			}, []string{"best cluster settings"},
		},
		"a feasible one as stopped": {
			func(p *plan.Plan) {
				p.RunnerUp.Status, p.RunnerUp.Outcome.Stopped = plan.Infeasible, true
			}, []string{"runner-up status"},
		},
		"a point of the curve": {
			func(p *plan.Plan) {
				pt := &p.Tipping.Curve[slices.IndexFunc(p.Tipping.Curve, func(pt plan.TippingPoint) bool { return pt.Factor == 1 })]
				pt.ClusterSettings, pt.ServerlessSettings = &p.BestCluster.Settings, &p.BestServerless.Settings
				pt.ServerlessMonthly = new(unit.USD(cent))
			}, []string{"tipping curve at 1 times the traffic monthly"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := feasible(t, searchWhole(t, m, acme()))
			if p.Tipping == nil || p.RunnerUp == p.BestCluster {
				t.Fatal("the model's plan no longer shows what this test tampers with")
			}
			test.tamper(p)
			var got []string
			for _, d := range verify(t, m, p).Differences {
				got = append(got, d.Place+" "+d.Field)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("differences %q, want %q", got, test.want)
			}
		})
	}
}

// TestVerifyLeavesEstimatesOut: they say themselves that they may be off.
func TestVerifyLeavesEstimatesOut(t *testing.T) {
	m := model(t, encoder, fewHomes...)
	p := feasible(t, searchWhole(t, m, acme()))
	before := verify(t, m, p).Arrangements
	p.Best.Monthly, p.Best.Estimate = unit.USD(unit.MustDecimal("1")), &plan.Estimate{Sample: "half"}
	v := verify(t, m, p)
	if v.Arrangements != before-1 || v.Estimated != 1 || len(v.Differences) > 0 {
		t.Errorf("%d arrangements of %d, %d estimated, differences %v", v.Arrangements, before, v.Estimated, v.Differences)
	}
}

// TestVerifyTheCurve puts settings at another factor than 1 beside what they cost there.
func TestVerifyTheCurve(t *testing.T) {
	m := model(t, encoder, fewHomes...)
	twice := *m
	twice.Spec.Traffic.Scale = new(2.0)
	there := feasible(t, searchWhole(t, &twice, acme()))
	p := feasible(t, searchWhole(t, m, acme()))
	p.Tipping.Curve = []plan.TippingPoint{{
		Factor:          2,
		ClusterSettings: &there.BestCluster.Settings, ClusterMonthly: &there.BestCluster.Monthly, Utilisation: there.BestCluster.Outcome.Utilisation,
		ServerlessSettings: &there.BestServerless.Settings, ServerlessMonthly: &there.BestServerless.Monthly,
	}}
	if v := verify(t, m, p); len(v.Differences) > 0 {
		t.Errorf("differences %+v", v.Differences)
	}
}

// TestVerifyShown checks no more candidates than the text has.
func TestVerifyShown(t *testing.T) {
	m := model(t, encoder, fewHomes...)
	p := feasible(t, searchWhole(t, m, acme()))
	v, err := plan.VerifyShown(context.Background(), input(t, m, acme()), p)
	if err != nil {
		t.Fatal(err)
	}
	if all := verify(t, m, p); v.Arrangements >= all.Arrangements || len(v.Differences) > 0 {
		t.Errorf("%d arrangements shown, %d in all, differences %v", v.Arrangements, all.Arrangements, v.Differences)
	}
}

// TestVerificationEndsEarly with what was checked by then, and no error: a finished plan is not lost.
func TestVerificationEndsEarly(t *testing.T) {
	m := model(t, encoder, fewHomes...)
	p := search(t, m, acme())
	for _, steps := range []int{0, 1} {
		ctx, cancel := context.WithCancel(t.Context())
		in := input(t, m, acme())
		in.Workers = 1
		if steps == 0 {
			cancel()
		}
		in.Progress = func(done, _ int) {
			if done >= steps {
				cancel()
			}
		}
		v, err := plan.Verify(ctx, in, p)
		cancel()
		if err != nil || !v.Stopped || v.Checked == nil || *v.Checked != steps || v.Arrangements <= steps || len(v.Differences) > 0 {
			t.Errorf("ended after %d: %s, error %v", steps, jsonOf(t, v), err)
		}
	}
}
