package plan_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// The bills are worked out again here, the long way round: from what the
// simulation metered, the settings that the candidate shows and the catalogue's
// bare prices, in fractions that never round. Nothing of catalog.Price,
// catalog.MonthlyUsage or arrange.Usage is used.

// slack is how far a bill may be from the unrounded one: usage is rounded to
// whole base units (milliseconds, requests, bytes) and quantities to 9 places, on each line.
var slack = big.NewRat(1, 10_000)

// seconds, requests and bytes per pricing unit, and what it multiplies: GB and
// GiB of memory are both 1024 MiB, GB of traffic is 10^9 bytes.
var perUnit = map[catalog.Unit]int64{
	"hour": 3600, "instance-hour": 3600, "instance-second": 1, "cluster-hour": 3600, "LCU-hour": 3600,
	"gpu-hour": 3600, "gpu-second": 1, "vCPU-hour": 3600, "vCPU-second": 1, "core-hour": 2 * 3600, "core-second": 2,
	"GB-hour": 3600, "GiB-hour": 3600, "GB-second": 1, "GiB-second": 1, "GB restored": 1,
	"request": 1, "million requests": 1_000_000, "GB": 1_000_000_000, "GiB": 1 << 30,
	"GB-month": 1_000_000_000 * 730, "GiB-month": (1 << 30) * 730,
}

// used is the usage of one meter in plain units: seconds, vCPU-seconds, GiB-seconds, requests or bytes.
type used map[catalog.Meter]*big.Rat

func rat(a, b int64) *big.Rat { return big.NewRat(a, b) }

func ratOf(t testing.TB, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

func mul(factors ...*big.Rat) *big.Rat {
	product := rat(1, 1)
	for _, f := range factors {
		product.Mul(product, f)
	}
	return product
}

func float(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }

func gib(m unit.Memory) *big.Rat { return rat(int64(m), 1024) }

func msec(n int64) *big.Rat { return rat(n, 1000) }

// consumed is what a candidate consumed over the span of its traffic.
func consumed(t testing.TB, spec v1alpha1.ModelSpec, c *plan.Candidate, o catalog.Offer, egress bool) used {
	t.Helper()
	m, u := c.Outcome.Metered, used{}
	switch o.Kind {
	case catalog.KindNode:
		u[catalog.NodeTime] = msec(m.NodeTime)
	case catalog.KindFunction:
		f := c.Settings.Function
		u[catalog.Requests] = rat(m.Requests, 1)
		u[catalog.FunctionTime] = mul(gib(f.Memory), msec(m.RunTime))
		u[catalog.ProvisionedTime] = mul(gib(f.Memory), msec(m.HeldTime))
		u[catalog.ProvisionedRunTime] = mul(gib(f.Memory), msec(m.HeldRunTime))
		if f.SnapStart {
			u[catalog.SnapshotRestores] = mul(gib(f.Memory), rat(m.Restores, 1))
			u[catalog.SnapshotCacheTime] = mul(gib(f.Memory), rat(int64(c.Outcome.Span), int64(time.Second)))
		}
	case catalog.KindContainer:
		u = held(c, o)
	default:
		t.Fatalf("%s is of kind %q", o.ID, o.Kind)
	}
	if egress {
		u[catalog.Egress] = rat(c.Outcome.Served*int64(spec.Payload.Response), 1)
	}
	return u
}

// held is the usage of container instances: all their life where idle time is billed, else the time
// with a request in flight, and the warm minimum beside it where that has a price.
func held(c *plan.Candidate, o catalog.Offer) used {
	m := c.Outcome.Metered
	time, idle := msec(m.ActiveTime), msec(m.IdleTime)
	if o.Billing.Idle {
		time, idle = msec(m.InstanceTime), new(big.Rat)
		if priced(o, catalog.IdleVCPUTime) {
			time = msec(min(m.ActiveTime, m.InstanceTime))
			idle = new(big.Rat).Sub(msec(m.InstanceTime), time)
		}
	}
	k := c.Settings.Container
	return used{
		catalog.Requests:       rat(m.Requests, 1),
		catalog.InstanceTime:   time,
		catalog.GPUTime:        mul(float(o.Hardware.GPUs), time),
		catalog.VCPUTime:       mul(float(k.VCPU), time),
		catalog.MemoryTime:     mul(gib(k.Memory), time),
		catalog.IdleVCPUTime:   mul(float(k.VCPU), idle),
		catalog.IdleMemoryTime: mul(gib(k.Memory), idle),
	}
}

func priced(o catalog.Offer, m catalog.Meter) bool {
	for _, r := range o.Rates {
		if r.Meter == m {
			return true
		}
	}
	return false
}

// cost prices a month's quantity of one meter, in plain units, tier by tier.
func cost(t testing.TB, r catalog.Rate, plain *big.Rat, freeTier bool) *big.Rat {
	t.Helper()
	per, ok := perUnit[r.Unit]
	if !ok {
		t.Fatalf("unit %q of %s is not among those of this test", r.Unit, r.Item)
	}
	quantity := mul(plain, rat(1, per))
	sum, from := new(big.Rat), new(big.Rat)
	for _, tier := range r.Tiers {
		upTo := quantity
		if limit := ratOf(t, tier.UpTo.String()); limit.Sign() > 0 && limit.Cmp(quantity) < 0 {
			upTo = limit
		}
		sum.Add(sum, mul(new(big.Rat).Sub(upTo, from), ratOf(t, tier.Price.String())))
		from = upTo
	}
	if freeTier || r.AlwaysFree {
		free := ratOf(t, r.Free.String())
		if free.Cmp(quantity) > 0 {
			free = quantity
		}
		sum.Sub(sum, mul(free, ratOf(t, r.Tiers[0].Price.String())))
	}
	return sum
}

// fixedCost is one model's share of what a cluster costs a month without its traffic.
func fixedCost(t testing.TB, set catalog.ClusterCost, models int) *big.Rat {
	t.Helper()
	sum := new(big.Rat)
	for _, item := range set.Items {
		if !item.Traffic {
			sum.Add(sum, cost(t, item.Rate, plainUnits(t, item), false))
		}
	}
	return mul(sum, rat(1, int64(max(1, models))))
}

// plainUnits turns a cluster item's base units (ms, bytes, byte-hours) into seconds and bytes.
func plainUnits(t testing.TB, item catalog.ClusterItem) *big.Rat {
	t.Helper()
	switch item.Rate.Meter {
	case catalog.ClusterTime, catalog.LoadBalancerTime, catalog.LoadBalancerUnits, catalog.NATTime, catalog.AddressTime, catalog.NodeTime:
		return msec(item.Usage)
	case catalog.DiskTime, catalog.NATBytes, catalog.LogBytes, catalog.Egress:
		return rat(item.Usage, 1)
	}
	t.Fatalf("meter %s of a cluster is not among those of this test", item.Rate.Meter)
	return nil
}

// checkBill works a candidate's bill out again and compares.
func checkBill(t testing.TB, m *v1alpha1.Model, cat *catalog.Catalog, c *plan.Candidate) {
	t.Helper()
	spec := m.Spec
	o, err := cat.Lookup(c.Offer, c.PriceClass, c.Region)
	if err != nil {
		t.Fatal(err)
	}
	// 730 hours over the span of the traffic.
	month := rat(730*int64(time.Hour), int64(c.Outcome.Span))
	rates := o.Rates
	egress, hasEgress := cat.Egress(o.Provider)
	if hasEgress {
		rates = append(rates[:len(rates):len(rates)], egress)
	}
	usage, want := consumed(t, spec, c, o, hasEgress), new(big.Rat)
	for _, r := range rates {
		if n, ok := usage[r.Meter]; ok && n.Sign() > 0 {
			want.Add(want, cost(t, r, mul(n, month), spec.Constraints.FreeTier))
		}
	}
	if set, ok := cat.Cluster(o.Cluster); ok {
		want.Add(want, fixedCost(t, set, spec.Constraints.Fleet.Models))
	}
	got := ratOf(t, c.Monthly.String())
	if difference := new(big.Rat).Sub(got, want); difference.Abs(difference).Cmp(slack) > 0 {
		t.Errorf("%s %s: the bill says %s $, worked out again it is %s $\n%s", c.Offer, c.Short(), c.Monthly, want.FloatString(6), lines(c.Bill))
	}
	checkLines(t, c)
}

// checkLines checks what a reader can check of a printed bill.
func checkLines(t testing.TB, c *plan.Candidate) {
	t.Helper()
	sum := new(big.Rat)
	for _, l := range c.Bill.Lines {
		amount := ratOf(t, l.Amount.String())
		if product := mul(ratOf(t, l.Quantity.String()), ratOf(t, l.UnitPrice.String())); product.Cmp(amount) != 0 {
			t.Errorf("%s: %s: %s x %s is %s, not %s", c.Offer, l.Item, l.Quantity, l.UnitPrice, product.FloatString(12), l.Amount)
		}
		if l.Item == "" || l.Source == "" || l.Unit == "" {
			t.Errorf("%s: a line without item, unit or source: %+v", c.Offer, l)
		}
		sum.Add(sum, amount)
	}
	if total := ratOf(t, c.Bill.Total.String()); sum.Cmp(total) != 0 || c.Monthly.Cmp(c.Bill.Total.Decimal) != 0 {
		t.Errorf("%s: the lines sum to %s, the total is %s, the month %s", c.Offer, sum.FloatString(12), c.Bill.Total, c.Monthly)
	}
}

func lines(b catalog.Bill) string {
	var text strings.Builder
	for _, l := range b.Lines {
		text.WriteString(fmt.Sprintf("  %s: %s %s x %s = %s\n", l.Item, l.Quantity, l.Unit, l.UnitPrice, l.Amount))
	}
	return text.String()
}

// checkPlan checks every bill of a plan that was simulated to the end, and the month that it was scaled to.
func checkPlan(t testing.TB, m *v1alpha1.Model, cat *catalog.Catalog, p *plan.Plan) {
	t.Helper()
	list := simulated(p)
	if len(list) == 0 {
		t.Fatal("no candidate was simulated")
	}
	for _, c := range list {
		checkBill(t, m, cat, c)
	}
	for _, c := range hybrids(p) {
		checkLines(t, c)
		alone := &plan.Candidate{Placement: c.Parts[0], Outcome: c.Outcome} // the second has less of the free allowances
		alone.Outcome.Metered, alone.Outcome.Served = c.Outcome.Homes[0].Metered, c.Outcome.Homes[0].Served
		checkBill(t, m, cat, alone)
	}
	if want := (730 * time.Hour).Seconds() / p.Traffic.Span.Seconds(); p.Traffic.MonthFactor < want*0.999999 || p.Traffic.MonthFactor > want*1.000001 {
		t.Errorf("the month is %g times the span, want %g", p.Traffic.MonthFactor, want)
	}
}

// TestBillsOfEveryKind covers what the offers of the made-up provider are billed by.
func TestBillsOfEveryKind(t *testing.T) {
	tests := map[string][]string{
		"as it is":            nil,
		"free tier":           {"minReplicas: 0", "minReplicas: 0, freeTier: true"},
		"shared by 7 models":  {"minReplicas: 0", "minReplicas: 0, fleet: {models: 7}"},
		"two warm replicas":   {"minReplicas: 0", "minReplicas: 2"},
		"large responses":     {"artifacts:", "payload: {response: 3MB}\n  artifacts:"},
		"an odd span":         {"span: 1h", "span: 2517s"},
		"into the next tier":  {"rate: 0.5/s", "rate: 5/s"},
		"spot":                {"minReplicas: 0", "minReplicas: 0, spot: true", `offer: "acme/*"`, "offer: acme/nodes/small, priceClass: spot"},
		"in another region":   {`offer: "acme/*"`, "offer: acme/nodes/small, region: bergen"},
		"larger instances":    {`offer: "acme/*"`, "offer: acme/containers/request, container: {vcpu: 2, memory: 3GiB}"},
		"provisioned, warm":   {`offer: "acme/*"`, "offer: acme/functions/x86, function: {memory: 2GiB, provisionedConcurrency: 3}"},
		"restored, cold":      {`offer: "acme/*"`, "offer: acme/functions/x86, function: {memory: 1GiB, snapStart: true, idleExpiry: 1s}"},
		"an autoscaled fleet": {"rate: 0.5/s", "rate: 8/s", `offer: "acme/*"`, "offer: acme/nodes/small, cluster: {replicas: 4, autoscaler: {max: 20}}"},
	}
	for name, replace := range tests {
		t.Run(name, func(t *testing.T) {
			m := model(t, encoder, replace...)
			checkPlan(t, m, acme(), search(t, m, acme()))
		})
	}
}
