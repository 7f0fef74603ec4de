package experiment_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/experiment"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

// acme is the made-up provider that the tests of planning use as well.
var acme = sync.OnceValue(func() *catalog.Catalog {
	cat, err := catalog.Load(os.DirFS("../plan/testdata/acme"))
	if err != nil {
		panic(err)
	}
	return cat
})

const encoder = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: encoder}
spec:
  traffic: {generator: {rate: 4/s, span: 20m}}
  service:
    memory: 1GiB
    profiles: [{cpu: x86, fixed: {duration: {mean: 400ms, cv: 0.5}}}]
    startUp: {init: 2s}
  objectives: {latency: {p95: 2s}}
  homes: [{offer: "acme/nodes/*"}, {offer: acme/functions/x86, function: {memory: 1GiB}}]
`

func input(t testing.TB, replace ...string) plan.Input {
	t.Helper()
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(encoder, replace[i]) {
			t.Fatalf("the model file has no %q to replace", replace[i])
		}
	}
	m, err := modelfile.Load("model.yaml", []byte(strings.NewReplacer(replace...).Replace(encoder)))
	if err != nil {
		t.Fatal(err)
	}
	w, err := traffic.Build(nil, m.Spec.Traffic)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Input{Model: m, Workload: w, Catalog: acme(), Today: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Workers: 2}
}

func search(t testing.TB, in plan.Input) *plan.Plan {
	t.Helper()
	p, err := plan.Search(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if p.Best == nil {
		t.Fatalf("no feasible plan: %s", p.Verdict.Summary)
	}
	return p
}

func neighbours(t testing.TB, in plan.Input, p *plan.Plan, of ...string) *experiment.Result {
	t.Helper()
	r, err := experiment.Neighbours(context.Background(), in, p, of...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// load reads a home as it stands in a model file.
func load(t testing.TB, home string) v1alpha1.Home {
	t.Helper()
	return input(t, `{offer: "acme/nodes/*"}, {offer: acme/functions/x86, function: {memory: 1GiB}}`, home).Model.Spec.Homes[0]
}
