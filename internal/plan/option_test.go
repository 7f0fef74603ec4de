package plan_test

import (
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/plan"
)

// amount is the sum of a bill's lines of an item.
func amount(c *plan.Candidate, item string) unit.Money {
	var sum unit.Money
	for _, l := range c.Bill.Lines {
		if l.Item == item {
			sum = sum.Plus(l.Amount)
		}
	}
	return sum
}

// only searches one offer and returns its best candidate.
func only(t testing.TB, offer string, replace ...string) *plan.Candidate {
	t.Helper()
	replace = append(replace, `"acme/*"`, offer)
	return feasible(t, search(t, model(t, encoder, replace...), acme())).Best
}

// TestFleetSharesTheFixedCost: ten models pay a tenth each of what surrounds the nodes, and all of their own nodes.
func TestFleetSharesTheFixedCost(t *testing.T) {
	alone := only(t, "acme/nodes/small")
	shared := only(t, "acme/nodes/small", "minReplicas: 0", "fleet: {models: 10}")
	for item, want := range map[string]string{"control plane": "7.3", "disk": "0.8", "system node": "3.65"} {
		if got := amount(shared, item); got.String() != want {
			t.Errorf("%s costs %s among 10, %s alone, want %s", item, got, amount(alone, item), want)
		}
	}
	if a, b := amount(alone, "small"), amount(shared, "small"); a.String() != "36.5" || b.String() != "36.5" {
		t.Errorf("the own node costs %s alone and %s in a fleet, want 36.5", a, b)
	}
	if a, b := alone.Monthly.String(), shared.Monthly.String(); a != "154" || b != "48.25" {
		t.Errorf("a month costs %s alone and %s in a fleet, want 36.5 + 117.5 and 36.5 + 11.75", a, b)
	}
}

// TestFreeTier: 1 million requests and 40,000 GB-seconds are free a month.
func TestFreeTier(t *testing.T) {
	paid := only(t, "acme/functions/x86")
	free := only(t, "acme/functions/x86", "minReplicas: 0", "freeTier: true")
	saved := paid.Monthly.Minus(free.Monthly)
	// 40,000 x 0.00002 and 1 x 0.2.
	if saved.String() != "1" {
		t.Errorf("the free tier saves %s $, want 0.8 + 0.2\n%s\n%s", saved, lines(paid.Bill), lines(free.Bill))
	}
}

func TestMinReplicas(t *testing.T) {
	for offer, kind := range map[string]string{"acme/nodes/small": "cluster", "acme/functions/x86": "function", "acme/containers/instance": "container"} {
		t.Run(kind, func(t *testing.T) {
			if got := warm(only(t, offer, "minReplicas: 0", "minReplicas: 5")); got != 5 {
				t.Errorf("%d warm, want 5", got)
			}
		})
	}
}

// TestQuotas: with a quota of one nothing runs twice, and that is too little; a large one changes nothing.
func TestQuotas(t *testing.T) {
	heavy := []string{"rate: 0.5/s", "rate: 8/s"} // 3.2 requests in service on average
	for _, offer := range []string{"acme/nodes/small", "acme/containers/instance", "acme/functions/x86"} {
		for quota, fits := range map[string]bool{"acme: 200": true, "acme: 1": false, offer + ": 1": false, strings.Join(strings.Split(offer, "/")[:2], "/") + ": 1": false} {
			p := search(t, model(t, encoder, append(heavy, `"acme/*"`, offer, "minReplicas: 0", "quotas: {"+quota+"}, timeout: 10s")...), acme())
			if p.Verdict.Feasible != fits {
				t.Errorf("%s with quotas {%s}: %s", offer, quota, p.Verdict.Summary)
			}
			for _, c := range p.Candidates {
				if !fits && (c.Outcome.PeakLive > 1 || warm(c) > 1) {
					t.Errorf("%s %s uses %d at once, %d warm, with quotas {%s}", c.Offer, c.Short(), c.Outcome.PeakLive, warm(c), quota)
				}
			}
		}
	}
}

// TestSettingsOfTheUserStay: what a home gives is not searched.
func TestSettingsOfTheUserStay(t *testing.T) {
	tests := map[string]struct {
		home  string
		check func(*plan.Candidate) bool
	}{
		"replicas":    {"acme/nodes/small, cluster: {replicas: 7}", func(c *plan.Candidate) bool { return *c.Settings.Cluster.Replicas == 7 && c.Outcome.PeakLive == 7 }},
		"packing":     {"acme/nodes/large, cluster: {replicas: 7, replicasPerNode: 2}", func(c *plan.Candidate) bool { return c.Outcome.Metered.PeakNodes == 4 }},
		"memory":      {"acme/functions/x86, function: {memory: 3GiB}", func(c *plan.Candidate) bool { return c.Settings.Function.Memory == 3072 }},
		"provisioned": {"acme/functions/x86, function: {provisionedConcurrency: 2}", func(c *plan.Candidate) bool { return warm(c) == 2 }},
		"instances": {
			"acme/containers/instance, container: {minInstances: 3, maxInstances: 6}",
			func(c *plan.Candidate) bool { return warm(c) == 3 && c.Settings.Container.MaxInstances == 6 },
		},
		"autoscaler": {
			"acme/nodes/small, cluster: {replicas: 2, autoscaler: {max: 9, targetConcurrency: 0.5}}",
			func(c *plan.Candidate) bool {
				a := c.Settings.Cluster.Autoscaler
				return warm(c) == 2 && a.Max == 9 && a.TargetConcurrency == 0.5
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := search(t, model(t, encoder, `"acme/*"`, test.home), acme())
			for _, c := range p.Candidates {
				if !test.check(c) {
					t.Errorf("%s: %s", test.home, jsonOf(t, c.Settings))
				}
			}
			if len(p.Candidates) == 0 {
				t.Errorf("no candidate; refused are %+v", p.Refused)
			}
		})
	}
}

// TestReservedConcurrency: no more environments are provisioned than the function's part of the account's limit has room for.
func TestReservedConcurrency(t *testing.T) {
	for _, limit := range []string{"reservedConcurrency: 3", "othersConcurrency: 497"} {
		p := search(t, model(t, encoder, "rate: 0.5/s", "rate: 8/s", `"acme/*"`,
			"acme/functions/x86, function: {memory: 1GiB, concurrencyLimit: 500, "+limit+"}", "minReplicas: 0", "timeout: 10s"), acme())
		if p.Verdict.Feasible || len(p.Candidates) == 0 {
			t.Errorf("%s: %d candidates, %s", limit, len(p.Candidates), p.Verdict.Summary)
		}
		for _, c := range p.Candidates {
			if none := !c.Settings.Function.SnapStart && warm(c) == 0; c.Outcome.PeakLive > 3 || warm(c) > 3 || none {
				t.Errorf("%s: %s uses %d at once, %d warm", limit, c.Short(), c.Outcome.PeakLive, warm(c))
			}
		}
	}
}

// TestSnapStartIsNotWarm: SnapStart excludes environments that are always warm, which minReplicas asks for.
func TestSnapStartIsNotWarm(t *testing.T) {
	for least, want := range map[string]bool{"minReplicas: 0": true, "minReplicas: 1": false} {
		p := search(t, model(t, encoder, `"acme/*"`, "acme/functions/x86", "minReplicas: 0", least), acme())
		found := slices.ContainsFunc(p.Candidates, func(c *plan.Candidate) bool { return c.Settings.Function.SnapStart })
		if found != want {
			t.Errorf("%s: functions with SnapStart: %t, want %t", least, found, want)
		}
	}
}
