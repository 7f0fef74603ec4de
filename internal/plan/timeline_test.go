package plan_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// month is a service under a month of traffic with a busy hour, so that what was used so far ends as what a month uses.
const month = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: month}
spec:
  traffic: {generator: {rate: 20/h, span: 730h, flash: [{at: 40h, duration: 1h, factor: 100}]}}
  service:
    memory: 1GiB
    gpuMemory: 4GiB
    profiles:
      - {cpu: x86, fixed: {duration: {mean: 6s, cv: 0.5}}, source: measured, reference: a bench}
      - {gpu: L4, fixed: {duration: {mean: 600ms, cv: 0.5}}, source: measured, reference: a bench}
    startUp: {init: 2s}
  payload: {response: 600kB}
  artifacts: {image: 1GB}
  objectives: {latency: {p95: 12s}}
  constraints: {minReplicas: 0, spot: true, commitments: [1y], freeTier: true, fleet: {models: 3}, quotas: {acme: 500}}
  homes: [HOMES]
`

// egressOfClusters is the made-up provider with egress in the fixed cost of its clusters, which uses up some of the free allowance.
func egressOfClusters(t testing.TB) *catalog.Catalog {
	t.Helper()
	data, err := os.ReadFile("testdata/acme/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), "{rate: egress, quantity: 300, traffic: true}", "{rate: egress, quantity: 4}", 1)
	cat, err := catalog.Load(fstest.MapFS{"acme.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// homesOfEveryKind are what is billed in different ways; several homes are behind a router.
var homesOfEveryKind = map[string]string{
	"fixed cluster":            "{offer: acme/nodes/small, cluster: {replicas: 2}}",
	"autoscaled cluster":       "{offer: acme/nodes/small, cluster: {replicas: 1, replicasPerNode: 2, autoscaler: {max: 20}, nodes: {clusterAutoscaler: {}}}}",
	"committed nodes":          "{offer: acme/nodes/small, priceClass: 1y, cluster: {replicas: 1, autoscaler: {max: 6}}}",
	"spot, a base on demand":   "{offer: acme/nodes/small, priceClass: spot, cluster: {replicas: 4, spot: {interruptions: 1/d, base: 1}}}",
	"spot, on-demand fallback": "{offer: acme/nodes/small, priceClass: spot, cluster: {replicas: 4, spot: {interruptions: 1/d, available: 20h, unavailable: 4h, fallback: true, fallbackAfter: 1m}}}",
	"function":                 "{offer: acme/functions/x86, function: {memory: 2GiB}}",
	"provisioned function":     "{offer: acme/functions/x86, function: {memory: 2GiB, provisionedConcurrency: 2}}",
	"function from snapshots":  "{offer: acme/functions/x86, function: {memory: 2GiB, snapStart: true, idleExpiry: 1m}}",
	"container by request":     "{offer: acme/containers/request, container: {vcpu: 1, memory: 1GiB, minInstances: 1}}",
	"container by instance":    "{offer: acme/containers/instance, container: {vcpu: 1, memory: 1GiB}}",
	"container with a GPU":     "{offer: acme/containers/gpu}",
	"hybrid":                   "{offer: acme/nodes/small, cluster: {replicas: 1}}, {offer: acme/functions/x86, function: {memory: 2GiB}}",
	"hybrid on spot":           "{offer: acme/nodes/small, priceClass: spot, cluster: {replicas: 2, spot: {interruptions: 1/d, base: 1}}}, {offer: acme/functions/x86, function: {memory: 2GiB, provisionedConcurrency: 1}}",
	"hybrid in one cluster":    "{offer: acme/nodes/small, cluster: {replicas: 1}}, {offer: acme/nodes/large, cluster: {replicas: 1, autoscaler: {max: 4}}}",
}

// timelines simulates homes with a timeline of 73 moments, 10 h apart.
func timelines(t testing.TB, homes string) *plan.Candidate {
	t.Helper()
	text := strings.Replace(month, "HOMES", homes, 1)
	if strings.Contains(homes, "}, {") {
		text += "  routing: {overflow: {}}\n"
	}
	in := input(t, model(t, text), egressOfClusters(t))
	in.Timeline = 73
	s, err := plan.Simulate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return s.Homes[0]
}

// TestTimelineEndsWithTheBill: after a month what each home has cost so far is its bill, line by line, and until then
// nothing that was charged is taken back.
func TestTimelineEndsWithTheBill(t *testing.T) {
	for name, homes := range homesOfEveryKind {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := timelines(t, homes)
			if c.Outcome.Timeline != nil || c.Timeline.Step.String() != "10h" || len(c.Timeline.Homes[0].Moments) != 73 {
				t.Fatalf("timeline %+v", c.Timeline)
			}
			want := []catalog.Bill{c.Bill}
			if len(c.Parts) > 0 {
				want = []catalog.Bill{c.Parts[0].Bill, c.Parts[1].Bill}
			}
			before := make([]catalog.Bill, len(want))
			for k := range 73 {
				bills, err := plan.BillsSoFar(c, k)
				if err != nil {
					t.Fatal(err)
				}
				for i, b := range bills {
					if m := c.Timeline.Homes[i].Moments[k]; m.Cost.Cmp(b.Total.Decimal) != 0 || m.At != unit.Duration(k+1)*c.Timeline.Step {
						t.Errorf("moment %d is %s after the start and has cost %s, its bill is %s", k, m.At, m.Cost, b.Total)
					}
					checkGrowth(t, before[i], b.Bill)
					before[i] = b.Bill
				}
			}
			for i := range want {
				if diff := cmp.Diff(jsonOf(t, want[i]), jsonOf(t, before[i])); diff != "" {
					t.Errorf("home %d, of a month and after a month (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

// checkGrowth fails where a total or a line of a bill has become less. A line of negative quantity, a free allowance, is none.
func checkGrowth(t testing.TB, before, after catalog.Bill) {
	t.Helper()
	if after.Total.Less(before.Total) {
		t.Errorf("%s has become %s", before.Total, after.Total)
	}
	charged := map[string]unit.Money{}
	for _, l := range after.Lines {
		charged[l.Item] = charged[l.Item].Plus(l.Amount)
	}
	for _, l := range before.Lines {
		if l.Quantity.Sign() > 0 && charged[l.Item].Less(l.Amount) {
			t.Errorf("%s has cost %s, and %s later", l.Item, l.Amount, charged[l.Item])
		}
	}
}

// TestNoTimeline: there is none that nobody asked for.
func TestNoTimeline(t *testing.T) {
	if c := run(t, model(t, encoder, "acme/*", "acme/functions/x86"), acme()).Homes[0]; c.Timeline != nil {
		t.Errorf("timeline %+v", c.Timeline)
	}
}
