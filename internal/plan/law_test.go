package plan_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// anyModel draws a service of fixed or batched runs under half an hour of
// traffic, over all offers of the made-up provider.
func anyModel(t *rapid.T, tb testing.TB) *v1alpha1.Model {
	cv := rapid.Float64Range(0.3, 2).Draw(t, "cv")
	rate := rapid.Float64Range(0.1, 1.5).Draw(t, "rate")
	service := fmt.Sprintf(`    profiles:
      - {cpu: x86, vcpu: %g, parallelism: %g, fixed: {duration: {mean: %dms, cv: 0.5}, concurrency: %d}}
      - {gpu: L4, fixed: {duration: {mean: %dms}}}
`, rapid.SampledFrom([]float64{0.5, 1, 2}).Draw(t, "vcpu"), rapid.SampledFrom([]float64{1, 2}).Draw(t, "parallelism"),
		rapid.IntRange(50, 1500).Draw(t, "cpu"), rapid.IntRange(1, 2).Draw(t, "concurrency"), rapid.IntRange(5, 400).Draw(t, "gpu"))
	sizes := ""
	if rapid.Bool().Draw(t, "batched") {
		sizes = ", sizes: {input: {mean: 300, cv: 1}, output: {mean: 40, cv: 1}}"
		service = `    profiles: [{gpu: L4, batched: {alpha: 40ms, beta: 800us, gamma: 100us, maxBatch: 16}}]
`
	}
	return model(tb, fmt.Sprintf(`
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: drawn}
spec:
  traffic: {generator: {arrivals: gamma, cv: %g, rate: %g/s, span: %dm%s}, seed: %d}
  service:
    memory: 1GiB
    gpuMemory: 4GiB
%s    startUp: {init: %ds}
  objectives: {latency: {p95: %dms}, errors: 1%%}
  constraints: {minReplicas: %d, fleet: {models: %d}, freeTier: %t}
  homes: [%s]
`, cv, rate, rapid.IntRange(20, 30).Draw(t, "minutes"), sizes, rapid.IntRange(1, 1000).Draw(t, "seed"), service,
		rapid.IntRange(0, 20).Draw(t, "init"), rapid.IntRange(500, 20_000).Draw(t, "p95"),
		rapid.IntRange(0, 2).Draw(t, "minReplicas"), rapid.IntRange(1, 4).Draw(t, "models"), rapid.Bool().Draw(t, "freeTier"), rapid.SampledFrom(drawnHomes).Draw(t, "homes")))
}

// drawnHomes are one side or both; only the latter have a tipping point to search.
var drawnHomes = []string{
	"{offer: acme/nodes/*}", "{offer: acme/containers/*}", "{offer: acme/functions/*}, {offer: acme/containers/gpu}", "{offer: acme/*}",
}

// check runs a law on drawn models. Plans cost milliseconds to tenths of seconds each, so that few are drawn.
func check(t *testing.T, law func(*rapid.T, *v1alpha1.Model)) {
	t.Helper()
	rapid.Check(t, func(r *rapid.T) { law(r, anyModel(r, t)) })
}

func TestWorkersNeverChangeThePlan(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		var plans []string
		for _, workers := range []int{1, 2, 4} {
			in := input(t, m, acme())
			in.Workers = workers
			p, err := plan.Search(context.Background(), in)
			if err != nil {
				r.Fatal(err)
			}
			plans = append(plans, jsonOf(t, p))
		}
		for i, other := range plans[1:] {
			if diff := cmp.Diff(plans[0], other); diff != "" {
				r.Fatalf("1 worker and %d workers plan differently:\n%s", 2<<i, diff)
			}
		}
	})
}

// TestBestIsTheCheapest checks the shape of the plan, every bill, and that each feasible candidate meets what is asked.
func TestBestIsTheCheapest(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		p := search(t, m, acme())
		if p.Verdict.Feasible != (p.Best != nil) {
			r.Fatalf("feasible %t, best %v", p.Verdict.Feasible, p.Best)
		}
		checkPlan(t, m, acme(), p)
		for _, c := range p.Candidates {
			if p.Best != nil && c.Status != plan.Infeasible && c.Monthly.Less(cheapest(p).Monthly) {
				r.Fatalf("%s %s (%s) costs %s, less than the best's %s", c.Offer, c.Variant, c.Status, c.Monthly, cheapest(p).Monthly)
			}
			if c.Side == plan.SideHybrid && c.Monthly.Float64() < 0.949*p.Best.Monthly.Float64() {
				r.Fatalf("%s costs %s and is not chosen: the best costs %s", c.Offer, c.Monthly, p.Best.Monthly)
			}
			if c.Status == plan.Feasible {
				checkMeets(r, m, c)
			}
		}
	})
}

// checkMeets judges a candidate by its outcome alone.
func checkMeets(t *rapid.T, m *v1alpha1.Model, c *plan.Candidate) {
	o := c.Outcome
	if bound := m.Spec.Objectives.Latency.P95.Seconds(); o.Latency.P95 > bound*1.001 {
		t.Fatalf("%s %s is feasible with a p95 of %g s, %g s is asked for", c.Offer, c.Variant, o.Latency.P95, bound)
	}
	if failed := float64(o.Rejected + o.TimedOut); failed > 0.01*float64(o.Arrivals) {
		t.Fatalf("%s %s is feasible with %g of %d requests failed", c.Offer, c.Variant, failed, o.Arrivals)
	}
	if err := o.CheckLaws(); err != nil {
		t.Fatal(err)
	}
	if least := *m.Spec.Constraints.MinReplicas; warm(c) < least {
		t.Fatalf("%s %s keeps %d warm, %d are asked for", c.Offer, c.Variant, warm(c), least)
	}
}

// warm is the number of replicas that are ready at any time.
func warm(c *plan.Candidate) int {
	switch {
	case len(c.Parts) > 0:
		return *c.Parts[0].Settings.Cluster.Replicas
	case c.Settings.Cluster != nil:
		return *c.Settings.Cluster.Replicas
	case c.Settings.Function != nil:
		return *c.Settings.Function.ProvisionedConcurrency
	}
	return *c.Settings.Container.MinInstances
}

// TestLooserBoundIsNeverDearer raises the latency that is allowed.
func TestLooserBoundIsNeverDearer(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		tight := search(t, m, acme())
		loose := *m
		loose.Spec.Objectives.Latency.P95 = m.Spec.Objectives.Latency.P95 * unit.Duration(rapid.IntRange(2, 5).Draw(r, "times"))
		p := search(t, &loose, acme())
		if tight.Best == nil {
			return
		}
		if p.Best == nil || cheapest(tight).Monthly.Less(cheapest(p).Monthly) {
			r.Fatalf("p95 of %s costs %s on %s, %s costs %v", m.Spec.Objectives.Latency.P95, tight.Best.Monthly, tight.Best.Describe(),
				loose.Spec.Objectives.Latency.P95, p.Verdict.Summary)
		}
	})
}

// TestSettingsGiveTheCandidateAgain puts the settings of every simulated
// candidate into a model file's homes and runs them as written.
func TestSettingsGiveTheCandidateAgain(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		list := simulated(search(t, m, acme()))
		again := *m
		again.Spec.Homes = nil
		for _, c := range list {
			again.Spec.Homes = append(again.Spec.Homes, c.Settings)
		}
		s := run(t, &again, acme())
		for i, c := range list {
			got := s.Homes[i]
			if a, b := jsonOf(t, c.Outcome), jsonOf(t, got.Outcome); a != b {
				r.Fatalf("%s %s: outcome (-plan +simulate):\n%s", c.Offer, c.Variant, cmp.Diff(a, b))
			}
			if a, b := jsonOf(t, c.Bill), jsonOf(t, got.Bill); a != b {
				r.Fatalf("%s %s: bill (-plan +simulate):\n%s", c.Offer, c.Variant, cmp.Diff(a, b))
			}
			if a, b := jsonOf(t, c.Settings), jsonOf(t, got.Settings); a != b {
				r.Fatalf("%s %s: settings (-plan +simulate):\n%s", c.Offer, c.Variant, cmp.Diff(a, b))
			}
		}
	})
}

var price = regexp.MustCompile(`usd: ([0-9.]+)`)

// doubled is the made-up provider at twice the price.
func doubled(t testing.TB) *catalog.Catalog {
	t.Helper()
	data, err := os.ReadFile("testdata/acme/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := price.ReplaceAllStringFunc(string(data), func(s string) string {
		one := unit.MustDecimal(price.FindStringSubmatch(s)[1])
		return "usd: " + one.Mul(unit.NewDecimal(2, 0)).String()
	})
	cat, err := catalog.Load(fstest.MapFS{"acme.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// TestDoublePricesDoubleEveryBill: the verdict stays, and everything costs twice as much.
func TestDoublePricesDoubleEveryBill(t *testing.T) {
	dear := doubled(t)
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		once, twice := search(t, m, acme()), search(t, m, dear)
		if len(once.Candidates) != len(twice.Candidates) {
			r.Fatalf("%d candidates, %d at twice the price", len(once.Candidates), len(twice.Candidates))
		}
		for i, c := range once.Candidates {
			d := twice.Candidates[i]
			if c.Offer != d.Offer || c.Variant != d.Variant || c.Status != d.Status {
				r.Fatalf("candidate %d is %s %s %s, at twice the price %s %s %s", i, c.Offer, c.Variant, c.Status, d.Offer, d.Variant, d.Status)
			}
			if want := c.Monthly.Plus(c.Monthly); want.Cmp(d.Monthly.Decimal) != 0 {
				r.Fatalf("%s %s costs %s, at twice the price %s", c.Offer, c.Variant, c.Monthly, d.Monthly)
			}
		}
	})
}

// TestSizeIsTheSmallest takes one away from what each feasible candidate keeps
// warm, as written into a model file: it must then fail, or cost no less.
func TestSizeIsTheSmallest(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) { checkSmallest(t, r, m) })
}

// TestSizeOfCutServiceTimes: the bound on what is drawn lowers the mean far below the one that is written.
func TestSizeOfCutServiceTimes(t *testing.T) {
	m := model(t, encoder, "{mean: 400ms, cv: 0.5}", "{mean: 400ms, cv: 10, max: 500ms}", "rate: 0.5/s", "rate: 20/s", `"acme/*"`, "acme/nodes/small, cluster: {replicasPerNode: 1}")
	checkSmallest(t, t, m)
}

// checkSmallest reports to f, which is a rapid test's own or the test's.
func checkSmallest(t testing.TB, f interface{ Fatalf(string, ...any) }, m *v1alpha1.Model) {
	t.Helper()
	least := *m.Spec.Constraints.MinReplicas
	fewer := *m
	fewer.Spec.Homes = nil
	var list []*plan.Candidate
	for _, c := range search(t, m, acme()).Candidates {
		if c.Status != plan.Feasible || c.Side == plan.SideHybrid || warm(c) <= max(least, 1) {
			continue
		}
		list = append(list, c)
		fewer.Spec.Homes = append(fewer.Spec.Homes, without(c.Settings))
	}
	if len(list) == 0 {
		return
	}
	for i, got := range run(t, &fewer, acme()).Homes {
		if c := list[i]; got.Status == plan.Feasible && got.Monthly.Less(c.Monthly) {
			f.Fatalf("%s %s is planned at %s, yet %s does as well at %s", c.Offer, c.Short(), c.Monthly, got.Short(), got.Monthly)
		}
	}
}

// without returns the settings with one warm replica less.
func without(h v1alpha1.Home) v1alpha1.Home {
	switch {
	case h.Cluster != nil:
		c := *h.Cluster
		n := *c.Replicas - 1
		c.Replicas, h.Cluster = &n, &c
	case h.Function != nil:
		f := *h.Function
		n := *f.ProvisionedConcurrency - 1
		f.ProvisionedConcurrency, h.Function = &n, &f
	default:
		k := *h.Container
		n := *k.MinInstances - 1
		k.MinInstances, h.Container = &n, &k
	}
	return h
}
