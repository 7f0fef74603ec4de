package plan_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/plan"
)

// routed is the crowded encoder on two homes with every setting decided, behind a router.
func routed(t testing.TB, base, overflow, routing string) *plan.Candidate {
	t.Helper()
	m := model(t, crowded+"  routing: "+routing+"\n", "[{offer: acme/nodes/small}, {offer: acme/functions/x86}]", fmt.Sprintf("[%s, %s]", base, overflow))
	homes := run(t, m, acme()).Homes
	if len(homes) != 1 || len(homes[0].Parts) != 2 || len(homes[0].Outcome.Homes) != 2 {
		t.Fatalf("%d arrangements of %d parts", len(homes), len(homes[0].Parts))
	}
	return homes[0]
}

// TestUnusedOverflow: it costs what the base alone costs, and what its own warm instances do.
func TestUnusedOverflow(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		replicas, warm := rapid.IntRange(1, 90).Draw(r, "replicas"), rapid.IntRange(0, 3).Draw(r, "warm")
		base := fmt.Sprintf("{offer: acme/nodes/small, cluster: {replicas: %d}}", replicas)
		c := routed(t, base, fmt.Sprintf("{offer: acme/containers/instance, container: {minInstances: %d, vcpu: 1, memory: 1GiB}}", warm), "{overflow: {inFlight: 1000000}}")
		alone := run(t, model(t, crowded, "[{offer: acme/nodes/small}, {offer: acme/functions/x86}]", "["+base+"]"), acme()).Homes[0]
		if diff := cmp.Diff(jsonOf(t, alone.Bill), jsonOf(t, c.Parts[0].Bill)); diff != "" {
			r.Fatalf("the base costs (-alone +with an overflow):\n%s", diff)
		}
		held := unit.MustDecimal("0.055").Mul(unit.NewDecimal(int64(730*warm), 0)) // a vCPU and a GiB
		if got := c.Parts[1].Monthly; got.Cmp(held) != 0 || c.Monthly.Cmp(alone.Monthly.Add(held)) != 0 {
			r.Fatalf("an unused overflow with %d warm costs %s, want %s; all %s", warm, got, held, c.Monthly)
		}
	})
}

// TestEveryRouting runs each kind and checks who serves.
func TestEveryRouting(t *testing.T) {
	const base, overflow = "{offer: acme/nodes/small, cluster: {replicas: 20}}", "{offer: acme/functions/x86}"
	for name, test := range map[string]struct {
		routing, base string
		least, most   float64 // share of the second home
	}{
		"overflow":     {"{overflow: {}}", base, 0.3, 0.7},
		"wait":         {"{overflow: {wait: 2s}}", base, 0.1, 0.7},
		"capped":       {"{overflow: {spendCap: {daily: 0.01}}}", base, 0.0001, 0.2},
		"burst":        {"{burst: true}", "{offer: acme/nodes/small, cluster: {replicas: 4, autoscaler: {max: 60}}}", 0.01, 0.9},
		"canary":       {"{weights: [95, 5]}", base, 0.0498, 0.0502},
		"by night":     {"{shifts: [{at: 0s, home: 1}, {at: 8h, home: 0}]}", base, 1, 1},
		"few admitted": {"{overflow: {}, maxInFlight: 25}", base, 0.01, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			c := routed(t, test.base, overflow, test.routing)
			got := float64(c.Outcome.Homes[1].Arrivals) / float64(c.Outcome.Homes[0].Arrivals+c.Outcome.Homes[1].Arrivals)
			if got < test.least || got > test.most {
				t.Errorf("%.4f of the requests at the second home, want %g to %g", got, test.least, test.most)
			}
			// The request that is refused is inside for no time.
			if strings.Contains(test.routing, "maxInFlight") != (c.Outcome.Rejected > 0) || c.Outcome.PeakInFlight > 26 && strings.Contains(test.routing, "maxInFlight") {
				t.Errorf("%d rejected, %d inside at the most", c.Outcome.Rejected, c.Outcome.PeakInFlight)
			}
			if err := c.Bill.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOneClusterIsPaidOnce: two kinds of nodes in one cluster share what it costs whatever it serves.
func TestOneClusterIsPaidOnce(t *testing.T) {
	c := routed(t, "{offer: acme/nodes/small, cluster: {replicas: 20}}", "{offer: acme/nodes/large, cluster: {replicas: 8}}", "{weights: [1, 1]}")
	if first, second := jsonOf(t, c.Parts[0].Bill), jsonOf(t, c.Parts[1].Bill); !strings.Contains(first, "control plane") || strings.Contains(second, "control plane") {
		t.Errorf("bills:\n%s\n%s", first, second)
	}
}

// TestAllowanceIsGrantedOnce: what the first home leaves of the 10 GB of egress that are free, the second has.
func TestAllowanceIsGrantedOnce(t *testing.T) {
	for name, test := range map[string]struct {
		rate          string
		first, second float64
	}{
		"all used by the first":  {"rate: 4/s", 10, 0},
		"some left by the first": {"rate: 1.4/s", 7.4, 2.6},
	} {
		t.Run(name, func(t *testing.T) {
			m := model(t, crowded+"  routing: {weights: [1, 1]}\n", "rate: 4/s, span: 20m, flash: [{at: 7m, duration: 3m, factor: 5}]", test.rate+", span: 10m",
				"[{offer: acme/nodes/small}, {offer: acme/functions/x86}]", "[{offer: acme/nodes/small, cluster: {replicas: 20}}, {offer: acme/functions/x86}]")
			c := run(t, m, acme()).Homes[0]
			total := 0.0
			for i, want := range []float64{test.first, test.second} {
				got := 0.0
				for _, l := range c.Parts[i].Bill.Lines {
					if l.Item == "egress, free allowance" {
						got -= l.Quantity.Float64()
					}
				}
				if math.Abs(got-want) > 0.8 {
					t.Errorf("%s has %.2f GB free, want about %g", c.Parts[i].Offer, got, want)
				}
				total += got
			}
			if total > 10.000001 {
				t.Errorf("%.2f GB are free", total)
			}
		})
	}
}
