package plan_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/plan"
)

// TestNoNeighbourIsCheaper: no single step of any setting of what a plan shows is feasible and cheaper.
func TestNoNeighbourIsCheaper(t *testing.T) {
	check(t, func(r *rapid.T, m *v1alpha1.Model) {
		slow := unit.Duration(rapid.IntRange(4, 30).Draw(r, "slow")) * unit.Duration(time.Second)
		m.Spec.Objectives.Latency.P95 = max(m.Spec.Objectives.Latency.P95, slow)
		checkNeighbours(t, r, m)
	})
}

// TestNoNeighbourOfAnHPAIsCheaper: under traffic with a busy time of the day, where replicas that come and go pay.
func TestNoNeighbourOfAnHPAIsCheaper(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := model(t, encoder, "rate: 0.5/s, span: 1h", fmt.Sprintf("rate: %d/s, span: 4h, flash: [{at: 1h, duration: 20m, factor: %d}]",
			rapid.IntRange(1, 3).Draw(r, "rate"), rapid.IntRange(2, 6).Draw(r, "factor")),
			"mean: 400ms", fmt.Sprintf("mean: %dms", rapid.IntRange(300, 1500).Draw(r, "mean")), "p95: 2s", "p95: 8s", "acme/*", "acme/nodes/small")
		checkNeighbours(t, r, m)
	})
}

// TestNoNeighbourOfAHybridIsCheaper: neither of the base nor of the overflow.
func TestNoNeighbourOfAHybridIsCheaper(t *testing.T) {
	checkNeighbours(t, t, model(t, crowded))
}

// TestNoNeighbourIsCheaperInShortTraffic: most of the work is done after the traffic is over, when capacity is no longer metered.
func TestNoNeighbourIsCheaperInShortTraffic(t *testing.T) {
	for _, span := range []string{"1s", "10s"} {
		checkNeighbours(t, t, model(t, encoder, "rate: 0.5/s, span: 1h", "rate: 20/s, span: "+span, "{mean: 400ms, cv: 0.5}", "1s", "p95: 2s", "p95: 3s"))
	}
}

// TestNoNeighbourOfAnAlternativeIsCheaper: also of those that are far from the best, whatever they cost as sized.
func TestNoNeighbourOfAnAlternativeIsCheaper(t *testing.T) {
	for _, replace := range [][]string{
		{"init: 2s", "init: 15s", "{p95: 2s}", "{p95: 8s}"},
		sparse[:len(sparse)-2],
		{"rate: 0.5/s, span: 1h", "rate: 0.3/s, span: 2h, flash: [{at: 20m, duration: 2m, factor: 20}]", "mean: 40ms", "mean: 2s", "p95: 2s", "p95: 20s"},
	} {
		m := model(t, encoder, replace...)
		shown := map[string]*plan.Candidate{}
		for _, c := range search(t, m, acme()).Alternatives() {
			if c.SizedOnly {
				t.Errorf("%s was only sized", c.Describe())
			}
			if c.Status == plan.Feasible {
				shown[c.Offer+" "+c.Region] = c
			}
		}
		checkShown(t, t, m, shown)
	}
}

// checkNeighbours reports to f, which is a rapid test's own or the test's.
func checkNeighbours(t testing.TB, f interface{ Fatalf(string, ...any) }, m *v1alpha1.Model) {
	t.Helper()
	p := search(t, m, acme())
	checkShown(t, f, m, map[string]*plan.Candidate{
		"best": p.Best, "runner-up": p.RunnerUp, "cluster": p.BestCluster, "serverless": p.BestServerless, "hybrid": p.BestHybrid,
	})
}

// checkShown tries the neighbours of what a plan shows.
func checkShown(t testing.TB, f interface{ Fatalf(string, ...any) }, m *v1alpha1.Model, shown map[string]*plan.Candidate) {
	t.Helper()
	for what, c := range shown {
		if c == nil {
			continue
		}
		for _, homes := range neighbours(c) {
			if got := tryHomes(t, m, c, homes); got != nil && got.Status == plan.Feasible && got.Monthly.Less(c.Monthly) {
				f.Fatalf("the %s, %s, costs %s, but %s costs %s", what, c.Describe(), c.Monthly, got.Describe(), got.Monthly)
			}
		}
	}
}

// tryHomes runs homes as a candidate does; nil where they break a constraint or cannot be.
func tryHomes(t testing.TB, m *v1alpha1.Model, c *plan.Candidate, homes []v1alpha1.Home) *plan.Candidate {
	t.Helper()
	again := *m
	again.Spec.Homes, again.Spec.Routing = homes, c.Routing
	s, err := plan.Simulate(context.Background(), input(t, &again, acme()))
	if err != nil || warm(s.Homes[0]) < max(0, *m.Spec.Constraints.MinReplicas) {
		return nil
	}
	if k := homes[len(homes)-1].Container; k != nil && k.MaxInstances > 20 && m.Spec.Constraints.Quotas == nil {
		return nil // beyond the quota
	}
	return s.Homes[0]
}

// saves checks that the best arrangement has a setting, and costs less than with the setting's default.
func saves(t *testing.T, m *v1alpha1.Model, has func(*plan.Candidate) bool, without func(*v1alpha1.Home)) {
	t.Helper()
	best := feasible(t, search(t, m, acme())).Best
	if !has(best) {
		t.Fatalf("%s: the setting is not used", best.Describe())
	}
	homes := []v1alpha1.Home{best.Settings}
	without(&homes[0])
	if got := tryHomes(t, m, best, homes); got != nil && got.Status == plan.Feasible && !best.Monthly.Less(got.Monthly) {
		t.Errorf("%s costs %s, as much as %s at %s", best.Describe(), best.Monthly, got.Describe(), got.Monthly)
	}
}

// TestMaximumSaves: bursts that a held instance serves in time do not start others.
func TestMaximumSaves(t *testing.T) {
	m := model(t, `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: bursty}
spec:
  traffic:
    generator:
      rate: 0.3/s
      span: 2h
      flash: [{at: 20m, duration: 2m, factor: 15}, {at: 70m, duration: 2m, factor: 15}]
      sizes: {input: {mean: 300, cv: 1}, output: {mean: 60, cv: 1}}
  service:
    gpuMemory: 4GiB
    profiles: [{gpu: L4, batched: {alpha: 40ms, beta: 800us, gamma: 100us, maxBatch: 16}}]
    startUp: {init: 30s}
  objectives: {latency: {p95: 20s}}
  constraints: {minReplicas: 0}
  homes: [{offer: acme/containers/gpu}]
`)
	saves(t, m, func(c *plan.Candidate) bool { return c.Settings.Container.MaxInstances == 1 },
		func(h *v1alpha1.Home) {
			k := *h.Container
			k.MaxInstances = 20
			h.Container = &k
		})
}

// TestHighTargetSaves: an HPA that lets several requests wait for each replica, where callers have the time.
func TestHighTargetSaves(t *testing.T) {
	m := model(t, encoder, "rate: 0.5/s, span: 1h", "rate: 0.0868/s, span: 8h, flash: [{at: 2h, duration: 8m, factor: 5}]", "{mean: 40ms, cv: 0.5}", "4s", "{p95: 2s}", "{p50: 6s, p99: 80s}",
		"{mean: 400ms, cv: 0.5}", "40s", "acme/*", "acme/nodes/gpu")
	saves(t, m, func(c *plan.Candidate) bool {
		return c.Settings.Cluster.Autoscaler != nil && c.Settings.Cluster.Autoscaler.TargetConcurrency > 4
	},
		func(h *v1alpha1.Home) {
			*h = cluster(*h, func(k *v1alpha1.ClusterHome) { k.Autoscaler.TargetConcurrency = 3.34 })
		})
}

// sparse is a request every few minutes, and a start-up that a late answer has room for.
var sparse = []string{
	"rate: 0.5/s, span: 1h", "rate: 0.01/s, span: 1d", "init: 2s", "init: 15s", "mean: 40ms", "mean: 10s", "p95: 2s", "p95: 60s", `"acme/*"`, "acme/containers/gpu",
}

// TestIdleHoldSaves: an instance that is given back sooner than by default.
func TestIdleHoldSaves(t *testing.T) {
	saves(t, model(t, encoder, sparse...), func(c *plan.Candidate) bool { return c.Settings.Container.IdleHold.Std() < time.Minute },
		func(h *v1alpha1.Home) {
			k := *h.Container
			k.IdleHold = nil
			h.Container = &k
		})
}

// TestIdleHoldBeyondTheInfeasible: 5 s and 2 s miss the objective by a start-up within a burst, none at all meets it and costs least.
func TestIdleHoldBeyondTheInfeasible(t *testing.T) {
	m := model(t, `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: erratic}
spec:
  traffic:
    generator: {rate: 0.694444/s, span: 1h, arrivals: weibull, cv: 2, sizes: {input: 300, output: {mean: 150, cv: 1}}}
    seed: 278
  service:
    gpuMemory: 10GiB
    profiles: [{gpu: L4, batched: {alpha: 50ms, beta: 0.5ms, gamma: 0.2ms, maxBatch: 8}}]
    startUp: {init: 40s}
  objectives: {latency: {p95: 60s}}
  constraints: {minReplicas: 0}
  homes: [{offer: acme/containers/gpu}]
`)
	checkNeighbours(t, t, m)
	if best := feasible(t, search(t, m, acme())).Best; best.Settings.Container.IdleHold.Std() != 0 {
		t.Errorf("%s: idle instances are kept for %s", best.Describe(), best.Settings.Container.IdleHold)
	}
}

// TestIdleHoldIsLeftWhereItIsNotSold: on an offer without a range.
func TestIdleHoldIsLeftWhereItIsNotSold(t *testing.T) {
	m := model(t, encoder, `"acme/*"`, "acme/containers/request")
	if best := feasible(t, search(t, m, acme())).Best; best.Settings.Container.IdleHold.Std() != 5*time.Minute {
		t.Errorf("%s: idle instances are kept for %s, the offer's are for 5m", best.Describe(), best.Settings.Container.IdleHold)
	}
}

// TestIdleHoldIsNoAssumption where the plan sets it.
func TestIdleHoldIsNoAssumption(t *testing.T) {
	m := model(t, encoder, append(sparse[:len(sparse)-2:len(sparse)-2], `"acme/*"`, "acme/containers/instance")...)
	best := feasible(t, search(t, m, acme())).Best
	assumed := slices.ContainsFunc(best.Assumptions, func(a string) bool { return strings.HasPrefix(a, "idleHold") })
	if isDefault := best.Settings.Container.IdleHold.Std() == 2*time.Minute; assumed != isDefault {
		t.Errorf("kept idle for %s, assumptions %q", best.Settings.Container.IdleHold, best.Assumptions)
	}
}

// TestTargetSaves: an HPA whose target is not the default.
func TestTargetSaves(t *testing.T) {
	m := model(t, encoder, "rate: 0.5/s, span: 1h", "rate: 4/s, span: 1d, daily: {peakToMean: 2}", "mean: 400ms", "mean: 900ms",
		"p95: 2s", "p95: 8s", "acme/*", "acme/nodes/small")
	saves(t, m, func(c *plan.Candidate) bool {
		return c.Settings.Cluster.Autoscaler != nil && c.Settings.Cluster.Autoscaler.TargetConcurrency > 0.7
	}, func(h *v1alpha1.Home) {
		*h = cluster(*h, func(k *v1alpha1.ClusterHome) { k.Autoscaler.TargetConcurrency = 0 })
	})
}

// TestGivenSettingsAreNotClimbed: each stays where climbing would change it, the others do not.
func TestGivenSettingsAreNotClimbed(t *testing.T) {
	for name, test := range map[string]struct {
		home  string
		check func(*v1alpha1.ContainerHome) bool
	}{
		"idle hold":   {"idleHold: 61s", func(k *v1alpha1.ContainerHome) bool { return k.IdleHold.Std() == 61*time.Second }},
		"maximum":     {"maxInstances: 7", func(k *v1alpha1.ContainerHome) bool { return k.MaxInstances == 7 }},
		"minimum":     {"minInstances: 2", func(k *v1alpha1.ContainerHome) bool { return *k.MinInstances == 2 }},
		"concurrency": {"concurrency: 1", func(k *v1alpha1.ContainerHome) bool { return k.Concurrency == 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			m := model(t, encoder, append(sparse[:len(sparse)-1:len(sparse)-1], "acme/containers/gpu, container: {"+test.home+"}")...)
			for _, c := range search(t, m, acme()).Candidates {
				if !test.check(c.Settings.Container) {
					t.Errorf("%s: %s", test.home, jsonOf(t, c.Settings))
				}
			}
		})
	}
}

// TestClimbFromTooLittle: a start that misses an objective is raised until it is met, however few evaluations are allowed.
func TestClimbFromTooLittle(t *testing.T) {
	for _, home := range []string{"acme/nodes/small", "acme/functions/x86"} {
		m := model(t, encoder, "rate: 0.5/s", "rate: 6/s", "mean: 400ms", "mean: 1900ms", "init: 2s", "init: 20s", "p95: 2s", "p95: 8s", `"acme/*"`, home)
		for _, evaluations := range []int{1, 100} {
			c, err := plan.Climb(context.Background(), input(t, m, acme()), evaluations)
			if err != nil {
				t.Fatal(err)
			}
			if c.Status != plan.Feasible {
				t.Errorf("%s is %s after %d evaluations: %s", home, c.Status, evaluations, jsonOf(t, c.Settings))
			}
		}
	}
}

// TestClimbIsCancelled by its context.
func TestClimbIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := plan.Climb(ctx, input(t, model(t, encoder), acme()), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
