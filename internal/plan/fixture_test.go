package plan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

// TestMain lowers the number of plans that a law is tried on, which cost up to tenths of a second each.
func TestMain(m *testing.M) { longtest.Main(m, 5, 40) }

// today is the day on which every plan of these tests is made.
var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// acme returns the embedded catalogue with the made-up provider of testdata on top.
var acme = sync.OnceValue(func() *catalog.Catalog {
	cat, err := catalog.Load(os.DirFS("testdata/acme"))
	if err != nil {
		panic(err)
	}
	return cat
})

// encoder is a CPU and GPU service of a few hundred milliseconds under an hour
// of Poisson traffic, to be planned over all offers of acme: about 1800 requests.
const encoder = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: encoder}
spec:
  traffic: {generator: {rate: 0.5/s, span: 1h}}
  service:
    memory: 1GiB
    gpuMemory: 4GiB
    profiles:
      - {cpu: x86, fixed: {duration: {mean: 400ms, cv: 0.5}}, source: measured, reference: a bench}
      - {gpu: L4, fixed: {duration: {mean: 40ms, cv: 0.5}}, source: measured, reference: a bench}
    startUp: {init: 2s}
  artifacts: {image: 1GB}
  objectives:
    latency: {p95: 2s}
  constraints: {minReplicas: 0}
  homes: [{offer: "acme/*"}]
`

// model reads a model file after replacing parts of its text: pairs of old and new.
func model(t testing.TB, text string, replace ...string) *v1alpha1.Model {
	t.Helper()
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the model file has no %q to replace", replace[i])
		}
		text = strings.ReplaceAll(text, replace[i], replace[i+1])
	}
	m, err := modelfile.Load("model.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return m
}

// input is a plan's input for a model over a catalogue, with files opened as they are named.
func input(t testing.TB, m *v1alpha1.Model, cat *catalog.Catalog) plan.Input {
	t.Helper()
	open := func(name string) (io.ReadCloser, error) { return os.Open(filepath.FromSlash(name)) }
	w, err := traffic.Build(open, m.Spec.Traffic)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Input{Model: m, Workload: w, Catalog: cat, Today: today, Workers: 2}
}

// search plans a model over a catalogue but for the tipping point, which takes most of the time; searchWhole finds that as well.
func search(t testing.TB, m *v1alpha1.Model, cat *catalog.Catalog) *plan.Plan {
	t.Helper()
	return planOf(t, plan.SidesOnly(input(t, m, cat)))
}

func searchWhole(t testing.TB, m *v1alpha1.Model, cat *catalog.Catalog) *plan.Plan {
	t.Helper()
	return planOf(t, input(t, m, cat))
}

func planOf(t testing.TB, in plan.Input) *plan.Plan {
	t.Helper()
	p, err := plan.Search(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// feasible fails unless the plan has a best arrangement.
func feasible(t testing.TB, p *plan.Plan) *plan.Plan {
	t.Helper()
	if p.Best == nil || !p.Verdict.Feasible {
		t.Fatalf("no feasible plan: %s\n%s", p.Verdict.Summary, strings.Join(p.Verdict.Reasons, "\n"))
	}
	return p
}

func run(t testing.TB, m *v1alpha1.Model, cat *catalog.Catalog) *plan.Simulation {
	t.Helper()
	s, err := plan.Simulate(context.Background(), input(t, m, cat))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// candidate returns the plan's candidate on an offer in a variant, "" for the first.
func candidate(t testing.TB, p *plan.Plan, offer, variant string) *plan.Candidate {
	t.Helper()
	var seen []string
	for _, c := range p.Candidates {
		if c.Offer == offer && c.PriceClass == catalog.OnDemand && (variant == "" || c.Variant == variant) {
			return c
		}
		seen = append(seen, fmt.Sprintf("%s %s (%s)", c.Offer, c.Variant, c.Status))
	}
	for _, r := range p.Refused {
		seen = append(seen, fmt.Sprintf("%s refused by %s: %s", r.Offer, r.Gate, r.Reason))
	}
	t.Fatalf("no candidate on %s %q; there are\n%s", offer, variant, strings.Join(seen, "\n"))
	return nil
}

// simulated are the single homes of a plan that were simulated to the end.
func simulated(p *plan.Plan) []*plan.Candidate {
	return slices.DeleteFunc(slices.Clone(p.Candidates), func(c *plan.Candidate) bool {
		return c.Status == plan.Dominated || c.Outcome.Stopped || c.Side == plan.SideHybrid
	})
}

// hybrids are those of a plan.
func hybrids(p *plan.Plan) []*plan.Candidate {
	return slices.DeleteFunc(slices.Clone(p.Candidates), func(c *plan.Candidate) bool { return c.Side != plan.SideHybrid })
}

// cheapest is the least that a feasible plan knows of: a hybrid that saves too little to be the best, or the best.
func cheapest(p *plan.Plan) *plan.Candidate {
	if p.BestHybrid != nil {
		return p.BestHybrid
	}
	return p.Best
}
