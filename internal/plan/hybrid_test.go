package plan_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// crowded is an encoder with a flash crowd that functions serve for less than nodes that wait for it.
const crowded = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: crowded}
spec:
  traffic: {generator: {rate: 4/s, span: 20m, flash: [{at: 7m, duration: 3m, factor: 5}]}}
  service:
    memory: 1GiB
    profiles: [{cpu: x86, fixed: {duration: {mean: 4s, cv: 0.5}}, source: measured, reference: a bench}]
    startUp: {init: 200ms}
  objectives: {latency: {p95: 12s}}
  constraints: {minReplicas: 0, quotas: {acme: 500}}
  homes: [{offer: acme/nodes/small}, {offer: acme/functions/x86}]
`

// hybrid fails unless a hybrid is the verdict.
func hybrid(t testing.TB, p *plan.Plan) *plan.Candidate {
	t.Helper()
	if feasible(t, p).Best.Side != plan.SideHybrid {
		t.Fatalf("the verdict is no hybrid: %s\n%s", p.Verdict.Summary, strings.Join(p.Verdict.Reasons, "\n"))
	}
	return p.Best
}

// TestHybridIsErlangs: Poisson requests of 1 s at 10/s, replicas at 1 $ an hour, overflow at 4.5 times that.
// With c replicas a share B(c, 10) of the requests overflows (Erlang B), whatever the distribution of service times, and
// the cost c + 45 B(c, 10) is least at c = 14 with 16.55686 $ an hour.
func TestHybridIsErlangs(t *testing.T) {
	cat, err := catalog.Load(os.DirFS("testdata/erlang"))
	if err != nil {
		t.Fatal(err)
	}
	m := model(t, `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: erlang}
spec:
  traffic: {generator: {rate: 10/s, span: 5h}}
  service:
    memory: 1GiB
    profiles: [{cpu: x86, fixed: {duration: 1s}}]
    startUp: {init: 0s}
  objectives: {latency: {p99: 1020ms}}
  homes: [{offer: erlang/nodes/slot}, {offer: erlang/functions/overflow, function: {memory: 1GiB, provisionedConcurrency: 0}}]
`)
	best := hybrid(t, search(t, m, cat))
	if n := *best.Parts[0].Settings.Cluster.Replicas; n != 14 {
		t.Errorf("%d base replicas, want 14", n)
	}
	if got := best.Monthly.Float64() / 730; math.Abs(got-16.55686) > 0.1 {
		t.Errorf("%.5f $ an hour, want 16.55686", got)
	}
	overflowed := float64(best.Outcome.Homes[1].Arrivals) / float64(best.Outcome.Arrivals)
	if want := (16.55686 - 14) / 45; math.Abs(overflowed-want) > 0.003 {
		t.Errorf("%.4f of the requests overflow, want %.4f", overflowed, want)
	}
}

// TestHybridVerdict: what is said, and that the single homes stay beside it.
func TestHybridVerdict(t *testing.T) {
	m := model(t, crowded)
	p := searchWhole(t, m, acme())
	best := hybrid(t, p)
	if p.BestHybrid != best || p.RunnerUp == nil || p.RunnerUp.Side == plan.SideHybrid || p.RunnerUp.Monthly.Float64()*0.95 < best.Monthly.Float64() {
		t.Errorf("best hybrid %v, runner-up %v", p.BestHybrid, p.RunnerUp)
	}
	if p.Candidates[0] != best || p.BestCluster == nil || p.BestServerless == nil || p.Tipping == nil {
		t.Errorf("first candidate %s, best of the sides %v and %v", p.Candidates[0].Offer, p.BestCluster, p.BestServerless)
	}
	base, overflow := *best.Parts[0].Settings.Cluster.Replicas, best.Parts[1].Settings
	for _, want := range []string{
		"as a hybrid (overflow at 100 % of the first's slots)", fmt.Sprintf("on Kubernetes: %d fixed replicas on acme/nodes/small", base),
		"functions of " + overflow.Function.Memory.String() + " on acme/functions/x86", best.Monthly.Dollars(),
	} {
		if !strings.Contains(p.Verdict.Summary, want) {
			t.Errorf("the summary does not say %q: %s", want, p.Verdict.Summary)
		}
	}
	if reasons := strings.Join(p.Verdict.Reasons, "\n"); !strings.Contains(reasons, "A hybrid must save at least 5 % over the best single home") {
		t.Errorf("reasons:\n%s", reasons)
	}
	if rest := strings.Join(p.Verdict.RestsOn, "\n"); !strings.Contains(rest, "the router between the homes") {
		t.Errorf("rests on:\n%s", rest)
	}
	checkPlan(t, m, acme(), p)
	sum := best.Parts[0].Monthly.Plus(best.Parts[1].Monthly)
	if sum.Cmp(best.Monthly.Decimal) != 0 || len(best.Bill.Lines) != len(best.Parts[0].Bill.Lines)+len(best.Parts[1].Bill.Lines) {
		t.Errorf("the parts cost %s together, the whole %s", sum, best.Monthly)
	}
}

// TestHybridIsReproduced: its settings and its routing in a model file give it again.
func TestHybridIsReproduced(t *testing.T) {
	m := model(t, crowded)
	best := hybrid(t, search(t, m, acme()))
	m.Spec.Homes, m.Spec.Routing = nil, best.Routing
	for _, p := range best.Parts {
		m.Spec.Homes = append(m.Spec.Homes, p.Settings)
	}
	homes := run(t, m, acme()).Homes
	if len(homes) != 1 {
		t.Fatalf("%d arrangements, want one hybrid", len(homes))
	}
	got := homes[0]
	got.Variant = best.Variant
	for _, c := range []*plan.Candidate{best, got} { // what is written is no assumption
		c.Assumptions = nil
		for i := range c.Parts {
			c.Parts[i].Assumptions = nil
		}
	}
	if diff := cmp.Diff(jsonOf(t, best), jsonOf(t, got)); diff != "" {
		t.Errorf("planned and simulated differ:\n%s", diff)
	}
}

// TestHybridHasTheCheapestBase tries other numbers of nodes under the same routing.
func TestHybridHasTheCheapestBase(t *testing.T) {
	m := model(t, crowded)
	best := hybrid(t, search(t, m, acme()))
	perNode, n := best.Parts[0].Settings.Cluster.ReplicasPerNode, *best.Parts[0].Settings.Cluster.Replicas
	for _, other := range []int{n - 4*perNode, n - perNode, n - 1, n + 1, n + perNode, n + 4*perNode} {
		replicas, base := other, best.Parts[0].Settings
		if replicas < 1 {
			continue
		}
		k := *base.Cluster
		k.Replicas, base.Cluster = &replicas, &k
		m.Spec.Homes, m.Spec.Routing = []v1alpha1.Home{base, best.Parts[1].Settings}, best.Routing
		if c := run(t, m, acme()).Homes[0]; c.Status == plan.Feasible && c.Monthly.Less(best.Monthly) {
			t.Errorf("%d base replicas cost %s, the %d that were planned %s", other, c.Monthly, n, best.Monthly)
		}
	}
}

// TestSmallSavingIsNoVerdict: what saves less than the margin is told, and not chosen.
func TestSmallSavingIsNoVerdict(t *testing.T) {
	for factor := 4.0; factor > 1; factor -= 0.25 {
		p := feasible(t, search(t, model(t, crowded, "factor: 5", fmt.Sprintf("factor: %.2f", factor)), acme()))
		if p.Best.Side == plan.SideHybrid || p.BestHybrid == nil {
			continue
		}
		h := p.BestHybrid.Monthly.Float64() / p.Best.Monthly.Float64()
		if h >= 1 || h <= 0.95 {
			t.Errorf("a hybrid at %.3f of the best single home is not chosen", h)
		}
		if reasons := strings.Join(p.Verdict.Reasons, "\n"); !strings.Contains(reasons, "A hybrid would cost ") || !strings.Contains(reasons, p.BestHybrid.Describe()) {
			t.Errorf("reasons:\n%s", reasons)
		}
		return
	}
	t.Error("no crowd was found for which a hybrid saves little")
}

// TestHybridWithinTheBudget: only a hybrid is cheap enough.
func TestHybridWithinTheBudget(t *testing.T) {
	best := hybrid(t, search(t, model(t, crowded), acme()))
	budget := fmt.Sprintf("p95: 12s}, monthlyBudget: %.2f", best.Monthly.Float64()+0.01)
	p := search(t, model(t, crowded, "p95: 12s}", budget), acme())
	if got := hybrid(t, p); got.Describe() != best.Describe() || p.RunnerUp != nil {
		t.Errorf("within the budget: %s, runner-up %v", got.Describe(), p.RunnerUp)
	}
	if reasons := strings.Join(p.Verdict.Reasons, "\n"); !strings.Contains(reasons, "No single home meets every objective.") {
		t.Errorf("reasons:\n%s", reasons)
	}
}

// TestNoHybrid: where one side is all that is wanted, or the user has decided on the number of replicas.
func TestNoHybrid(t *testing.T) {
	for name, homes := range map[string]string{
		"one side":       "[{offer: acme/nodes/*}]",
		"fixed replicas": "[{offer: acme/nodes/small, cluster: {replicas: 90}}, {offer: acme/functions/x86}]",
		"autoscaled":     "[{offer: acme/nodes/small, cluster: {autoscaler: {}}}, {offer: acme/functions/x86}]",
	} {
		t.Run(name, func(t *testing.T) {
			p := search(t, model(t, crowded, "[{offer: acme/nodes/small}, {offer: acme/functions/x86}]", homes), acme())
			if p.BestHybrid != nil || slices.ContainsFunc(p.Candidates, func(c *plan.Candidate) bool { return c.Side == plan.SideHybrid }) {
				t.Errorf("a hybrid: %+v", p.BestHybrid)
			}
		})
	}
}

// TestPlanRefusesRouting: what plan would have to ignore.
func TestPlanRefusesRouting(t *testing.T) {
	m := model(t, crowded+"  routing: {overflow: {}}\n")
	_, err := plan.Search(context.Background(), input(t, m, acme()))
	if err == nil || !strings.Contains(err.Error(), "spec.routing: plan searches hybrids of the homes by itself") {
		t.Errorf("error %v", err)
	}
}

// TestHybridLaws: prices scale the cost, workers change nothing.
func TestHybridLaws(t *testing.T) {
	dear := doubled(t)
	rapid.Check(t, func(r *rapid.T) {
		m := model(t, crowded, "rate: 4/s", fmt.Sprintf("rate: %d/s", rapid.IntRange(2, 5).Draw(r, "rate")),
			"factor: 5", fmt.Sprintf("factor: %d", rapid.IntRange(4, 8).Draw(r, "factor")),
			"{offer: acme/functions/x86}", "{offer: acme/functions/x86, function: {memory: 1GiB}}, {offer: acme/containers/request}", "span: 20m", "span: 8m", "at: 7m, duration: 3m", "at: 3m, duration: 1m")
		m.Spec.Traffic.Seed = new(rapid.Uint64Range(1, 1000).Draw(r, "seed"))
		once, twice := search(t, m, acme()), search(t, m, dear)
		a, b := once.BestHybrid, twice.BestHybrid
		if (a == nil) != (b == nil) || a != nil && (a.Describe() != b.Describe() || a.Monthly.Plus(a.Monthly).Cmp(b.Monthly.Decimal) != 0) {
			r.Fatalf("%v, at twice the prices %v", a, b)
		}
		in := plan.SidesOnly(input(t, m, acme()))
		in.Workers = 1
		alone, err := plan.Search(context.Background(), in)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(jsonOf(t, alone), jsonOf(t, once)); diff != "" {
			r.Fatalf("1 worker and 2 plan differently:\n%s", diff)
		}
	})
}
