package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/plan"
)

const (
	articleExample = "../../examples/article.yaml"
	articlePage    = "../../docs/article.md"
)

const articleIntroduction = `<!-- Written by: go test ./cmd/fulcrum -run TestArticlePage -update -->

# The 40-50 % rule of thumb, claim by claim

"Below 40-50 % utilisation serverless is cheaper, above it Kubernetes": the rule is told with one scenario, 3 million
requests a month of 2 s each on 1 GB of memory. Here is each of its claims beside what comes out of dated, sourced
prices. The claims stand in [examples/article.yaml](../examples/article.yaml); ` + "`fulcrum plan examples/article.yaml -o wide`" + `
prints every bill behind them, line by line, and the plan of the scenario itself.

A month has 730 hours. The tipping point is the price of a node over that of serverless capacity which does the same
work, both at work all the time: at that utilisation of the node both cost the same. Above 100 % serverless is cheaper
even if it never idles. Latency, cold starts and idle time are not in these ratios; the plan has them.
`

// TestArticlePage keeps docs/article.md what the example gives.
func TestArticlePage(t *testing.T) {
	committed(t, articlePage, articleIntroduction+articleTables(t))
}

// committed compares a page of the repository with what comes out.
func committed(t *testing.T, page, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what comes out; run go test ./cmd/fulcrum -run '%s$' -update (-written +given):\n%s", page, t.Name(), diff)
	}
}

func articleTables(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(articleExample)
	if err != nil {
		t.Fatal(err)
	}
	model, _, err := loadModel(articleExample, data, "", openBeside(articleExample))
	if err != nil {
		t.Fatal(err)
	}
	cat, err := loadCatalog("")
	if err != nil {
		t.Fatal(err)
	}
	list, err := plan.CheckClaims(&model.Spec, cat)
	if err != nil {
		t.Fatal(err)
	}
	isRatio := func(c plan.ClaimResult) bool { return c.Kind == plan.PriceRatio }
	var b strings.Builder
	b.WriteString("\n## Bills and products\n\n")
	writeClaims(&b, list, func(c plan.ClaimResult) bool { return !isRatio(c) })
	b.WriteString("\n## Where tipping at 40-50 % holds\n\n")
	writeClaims(&b, list, func(c plan.ClaimResult) bool { return isRatio(c) && c.Holds })
	b.WriteString("\n## Where it does not\n\n")
	writeClaims(&b, list, func(c plan.ClaimResult) bool { return isRatio(c) && !c.Holds })
	return b.String()
}

func writeClaims(b *strings.Builder, list []plan.ClaimResult, wanted func(plan.ClaimResult) bool) {
	b.WriteString("| | claim | said | comes out | | why |\n| ---: | --- | ---: | ---: | --- | --- |\n")
	for i, c := range list {
		if !wanted(c) {
			continue
		}
		why := strings.TrimSpace(c.Because + " " + c.Refusal())
		row := []string{fmt.Sprint(i + 1), c.Says, c.Said(), c.ComesOut(), "**" + c.Verdict() + "**", why}
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "|", `\|`)
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
	}
}

// TestArticlePlan: at 3 M requests the answer is serverless, with no tipping point near.
func TestArticlePlan(t *testing.T) {
	f := planFlags{today: "2026-11-23", workers: 2}
	in, err := f.input(t.Context(), streams{}, articleExample, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p, err := plan.Search(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if p.Best == nil || p.Best.Side != plan.SideServerless || p.Best.Monthly.Float64() < 100 || p.Best.Monthly.Float64() > 102 {
		t.Errorf("verdict: %+v", p.Verdict)
	}
	if tip := p.Tipping; tip == nil || !tip.Found || tip.Factor < 16 || tip.Factor > 19.5 || tip.Cheaper != plan.SideCluster {
		t.Errorf("tipping point: %+v", tip)
	}
	if len(p.Claims) != len(in.Model.Spec.Claims) || len(p.Claims) == 0 {
		t.Errorf("%d claims in the plan, %d in the file", len(p.Claims), len(in.Model.Spec.Claims))
	}
}
