package plan_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/plan"
)

// onNodes is the encoder on a cluster with the given settings.
func onNodes(t testing.TB, class, settings string) plan.Input {
	m := model(t, encoder, "minReplicas: 0", "spot: true", `offer: "acme/*"`,
		fmt.Sprintf("offer: acme/nodes/small, priceClass: %s, cluster: {%s}", class, settings))
	return input(t, m, acme())
}

func floorsOf(t testing.TB, in plan.Input) []float64 {
	t.Helper()
	floors, err := plan.Floors(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	var list []float64
	for _, f := range floors {
		list = append(list, f.Float64())
	}
	return list
}

// TestFloorOfNodes: a cluster that never changes costs its floor exactly, spare nodes and those on demand included.
func TestFloorOfNodes(t *testing.T) {
	rare := "interruptions: 0.000001/month"
	for _, test := range []struct{ class, settings string }{
		{"on-demand", "replicas: 3"},
		{"on-demand", "replicas: 3, replicasPerNode: 2, nodes: {spare: 2}"},
		{"on-demand", "replicas: 3, nodes: {spare: 2, max: 4}"},
		{"on-demand", "replicas: 3, nodes: {max: 2}"},
		{"spot", "replicas: 3, spot: {" + rare + "}"},
		{"spot", "replicas: 3, spot: {" + rare + ", base: 2}"},
		{"spot", "replicas: 3, nodes: {spare: 1}, spot: {" + rare + ", base: 20}"},
	} {
		in := onNodes(t, test.class, test.settings)
		s, err := plan.Simulate(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		floors := floorsOf(t, in)
		if got := s.Homes[0].Monthly.Float64(); len(floors) != 1 || floors[0] < got-1e-9 || floors[0] > got+1e-9 {
			t.Errorf("%s with %s costs %g $, its floor is %v", test.class, test.settings, got, floors)
		}
	}
}

// TestFloorIsTheLeast: no arrangement, of those whose number is given, costs less than its floor.
func TestFloorIsTheLeast(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(r, "replicas")
		settings := []string{fmt.Sprintf("replicas: %d", n)}
		if rapid.Bool().Draw(r, "autoscaler") {
			settings = append(settings, fmt.Sprintf("autoscaler: {max: %d}", n+4))
		}
		nodes := []string{fmt.Sprintf("spare: %d", rapid.IntRange(0, 2).Draw(r, "spare"))}
		if rapid.Bool().Draw(r, "quota") {
			nodes = append(nodes, fmt.Sprintf("max: %d", rapid.IntRange(3, 6).Draw(r, "max")))
		}
		nodes = append(nodes, rapid.SampledFrom([]string{"losses: 1/h", "clusterAutoscaler: {}", "karpenter: {expireAfter: 20m}"}).Draw(r, "nodes"))
		settings = append(settings, "nodes: {"+strings.Join(nodes, ", ")+"}")
		class := rapid.SampledFrom([]string{"on-demand", "spot"}).Draw(r, "class")
		if class == "spot" {
			spot := fmt.Sprintf("interruptions: 2/h, base: %d", rapid.IntRange(0, 3).Draw(r, "base"))
			if rapid.Bool().Draw(r, "gone") {
				spot += ", available: 10m, unavailable: 10m, fallback: true, fallbackAfter: 1m"
			}
			settings = append(settings, "spot: {"+spot+"}")
		}
		in := onNodes(t, class, strings.Join(settings, ", "))
		s, err := plan.Simulate(context.Background(), in)
		if err != nil {
			r.Fatal(err)
		}
		// An autoscaler asks for the node in place of a lost one some seconds later.
		if floor, got := floorsOf(t, in)[0], s.Homes[0].Monthly.Float64(); floor > got*1.02 {
			r.Fatalf("%s with %v costs %g $, its floor is %g", class, settings, got, floor)
		}
	})
}

// TestFloorOfShortTraffic: in traffic that is over before its requests are served, or that may fail, most of the work costs nothing.
func TestFloorOfShortTraffic(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		limit := rapid.IntRange(1, 20).Draw(r, "max")
		home := rapid.SampledFrom([]string{
			fmt.Sprintf("offer: acme/containers/request, container: {minInstances: 0, maxInstances: %d, concurrency: 1}", limit),
			fmt.Sprintf("offer: acme/containers/instance, container: {minInstances: %d, maxInstances: %d, concurrency: 1}", rapid.IntRange(0, limit).Draw(r, "min"), limit),
			fmt.Sprintf("offer: acme/nodes/large, cluster: {replicas: %d}", limit),
			"offer: acme/functions/x86, function: {provisionedConcurrency: 0}",
		}).Draw(r, "home")
		span := rapid.IntRange(1, 300).Draw(r, "span")
		m := model(t, encoder, "rate: 0.5/s, span: 1h", fmt.Sprintf("rate: %d/s, span: %ds", rapid.IntRange(5, 30).Draw(r, "rate"), span),
			"mean: 400ms", fmt.Sprintf("mean: %dms", rapid.IntRange(100, 2000).Draw(r, "mean")), "minReplicas: 0", "timeout: "+rapid.SampledFrom([]string{"20s", "5m"}).Draw(r, "timeout"),
			"latency: {p95: 2s}", rapid.SampledFrom([]string{"latency: {p95: 4s}", "latency: {p50: 10s}", "errors: 30%", "errors: 0.1%"}).Draw(r, "objectives"),
			`offer: "acme/*"`, home)
		in := input(t, m, acme())
		s, err := plan.Simulate(context.Background(), in)
		if err != nil {
			r.Fatal(err)
		}
		if floor, got := floorsOf(t, in)[0], s.Homes[0].Monthly.Float64(); s.Homes[0].Status == plan.Feasible && floor > got {
			r.Fatalf("%s costs %g $, its floor is %g $", home, got, floor)
		}
	})
}

// TestFloorOfHybrids: one that was tried costs its floor at the least, and the floor has every node of the base in it.
func TestFloorOfHybrids(t *testing.T) {
	for _, test := range []struct {
		home      string
		fixed     float64 // USD an hour beside the base's own nodes
		node      float64 // USD an hour
		replicas  int     // of these, of the base, that are on demand
		surcharge float64 // USD an hour, of each of those
	}{
		{"offer: acme/nodes/small", 0, 0.05, 0, 0},
		{"offer: acme/nodes/small, cluster: {nodes: {spare: 3}}", 3 * 0.05, 0.05, 0, 0},
		{"offer: acme/nodes/small, priceClass: spot", 0, 0.02, 0, 0},
		{"offer: acme/nodes/small, priceClass: spot, cluster: {spot: {base: 4}}", 0, 0.02, 4, 0.03},
	} {
		m := model(t, crowded, "duration: 3m, factor: 5", "duration: 1m, factor: 30", "p95: 12s", "p95: 9s", "quotas:", "spot: true, quotas:", "{offer: acme/nodes/small}", "{"+test.home+"}")
		list := hybrids(search(t, m, acme()))
		if len(list) == 0 {
			t.Errorf("%s: no hybrid", test.home)
		}
		for _, c := range list {
			nodes := *c.Parts[0].Settings.Cluster.Replicas / c.Parts[0].Settings.Cluster.ReplicasPerNode
			hourly := test.fixed + float64(nodes)*test.node + float64(min(nodes, test.replicas))*test.surcharge
			floor, cost := plan.HybridFloor(c), c.Monthly.Float64()
			if floor > cost || floor < 730*hourly || math.IsNaN(floor) {
				t.Errorf("%s with %d nodes costs %.2f $, its floor is %.2f $, its nodes alone cost %.2f $", test.home, nodes, cost, floor, 730*hourly)
			}
		}
	}
}
