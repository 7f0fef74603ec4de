package fidelity

import (
	"context"
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
)

const aboutBills = `A month of 730 hours, priced from the catalogue; what was printed is right to the cent, but for the one that says "about".`

// A month of usage in base units: milliseconds, MiB-milliseconds, thousandths of a vCPU or GPU for a millisecond.
const (
	monthMs  = 730 * 3600 * 1000
	requests = 3_000_000
	runTime  = requests * 2000 * 1024 // of 2 s at 1 GB each
)

// printedBill is a usage of an offer and its cost.
type printedBill struct {
	name, offer string
	usage       catalog.Usage
	free        bool
	want        float64
	about       bool
}

func printedBills() []printedBill {
	functions := catalog.Usage{catalog.FunctionTime: runTime, catalog.Requests: requests}
	provisioned := func(memory int64) catalog.Usage { return catalog.Usage{catalog.ProvisionedTime: 5 * memory * monthMs} }
	return []printedBill{
		{name: "Lambda x86, 3 M requests of 2 s at 1 GB", offer: "aws/lambda/x86", usage: functions, want: 100.60},
		{name: "the same with the free tier", offer: "aws/lambda/x86", usage: functions, free: true, want: 93.73},
		{name: "the same on arm", offer: "aws/lambda/arm", usage: functions, want: 80.60},
		{name: "the same on arm with the free tier", offer: "aws/lambda/arm", usage: functions, free: true, want: 75.07},
		{name: "provisioned concurrency 5 x 512 MB", offer: "aws/lambda/x86", usage: provisioned(512), want: 27.38},
		{name: "provisioned concurrency 5 x 1 GB", offer: "aws/lambda/x86", usage: provisioned(1024), want: 54.75},
		{name: "the 3 M requests all on 5 x 1 GB of it", offer: "aws/lambda/x86", want: 113.68, usage: catalog.Usage{
			catalog.ProvisionedTime: 5 * 1024 * monthMs, catalog.ProvisionedRunTime: runTime, catalog.Requests: requests,
		}},
		{name: "Cloud Run L4, 4 vCPU and 16 GiB, held", offer: "gcp/cloud-run/l4", want: 764, about: true, usage: catalog.Usage{
			catalog.GPUTime: 1000 * monthMs, catalog.VCPUTime: 4000 * monthMs, catalog.MemoryTime: 16 * 1024 * monthMs,
		}},
	}
}

func bills(group string, cat *catalog.Catalog) ([]task, error) {
	return counted(group, func(context.Context, Options) ([]Row, error) {
		node, err := nodeBill()
		if err != nil {
			return nil, err
		}
		rows, all := []Row{priced("node of 2.20 $ an hour", node, 1606)}, []catalog.Bill{node}
		for _, p := range printedBills() {
			b, err := p.bill(cat)
			if err != nil {
				return nil, err
			}
			row := priced(p.name, b, p.want)
			if p.about {
				row = row.within(Tolerance * p.want)
			}
			rows, all = append(rows, row), append(all, b)
		}
		fixed, bill, err := clusterRows(cat)
		if err != nil {
			return nil, err
		}
		rows = append(rows, fixed...)
		return append(rows, sumOfLines(append(all, bill))), nil
	}), nil
}

func (p printedBill) bill(cat *catalog.Catalog) (catalog.Bill, error) {
	o, err := cat.Lookup(p.offer, "", "")
	if err != nil {
		return catalog.Bill{}, err
	}
	return o.Price(p.usage, catalog.PriceOptions{FreeTier: p.free})
}

// nodeBill prices a node at a price that no provider has.
func nodeBill() (catalog.Bill, error) {
	price, err := unit.ParseDecimal("2.20")
	if err != nil {
		return catalog.Bill{}, err
	}
	o := catalog.Offer{ID: "any/node/2.20", PriceClass: catalog.OnDemand, Kind: catalog.KindNode, Rates: []catalog.Rate{{
		Meter: catalog.NodeTime, Item: "node", Unit: "instance-hour", Tiers: []catalog.Tier{{Price: price}},
	}}}
	return o.Price(catalog.Usage{catalog.NodeTime: monthMs}, catalog.PriceOptions{})
}

// priced compares a total to the cent.
func priced(name string, b catalog.Bill, want float64) Row {
	return cents(Row{Case: name, Quantity: "total", Expected: want}, b.Total)
}

// halfCent is the error of rounding to cents, and of the last digit of a float.
const halfCent = 0.005 + 1e-9

func cents(r Row, amount unit.Money) Row {
	r.Unit, r.Source, r.Got = "USD", "printed", amount.Float64()
	return r.within(halfCent)
}

// clusterRows compares the fixed cost of a small cluster, item by item. What was printed as the total is the sum of items in cents.
func clusterRows(cat *catalog.Catalog) ([]Row, catalog.Bill, error) {
	const id, name = "aws/eks", "fixed cost of a small EKS cluster"
	set, known := cat.Cluster(id)
	if !known {
		return nil, catalog.Bill{}, fmt.Errorf("the catalogue has no set of fixed cost %s", id)
	}
	bill, err := set.Bill(1, true)
	if err != nil {
		return nil, bill, err
	}
	byMeter := make(map[catalog.Meter]unit.Money)
	var inCents unit.Money
	for _, l := range bill.Lines {
		byMeter[l.Meter] = byMeter[l.Meter].Plus(l.Amount)
		inCents = inCents.Plus(unit.USD(l.Amount.Round(2)))
	}
	var rows []Row
	for _, item := range []struct {
		name  string
		meter catalog.Meter
		want  float64
	}{
		{"control plane", catalog.ClusterTime, 73},
		{"load balancer", catalog.LoadBalancerTime, 16.43},
		{"1 LCU", catalog.LoadBalancerUnits, 5.84},
		{"NAT gateway", catalog.NATTime, 32.85},
		{"100 GB through it", catalog.NATBytes, 4.50},
		{"2 x t3.medium", catalog.NodeTime, 60.74},
		{"200 GB of gp3", catalog.DiskTime, 16},
		{"3 IPv4 addresses", catalog.AddressTime, 10.95},
		{"50 GB of logs", catalog.LogBytes, 25},
		{"300 GB of egress, 100 free", catalog.Egress, 18},
	} {
		rows = append(rows, cents(Row{Case: name, Quantity: item.name, Expected: item.want}, byMeter[item.meter]))
	}
	return append(rows, cents(Row{Case: name, Quantity: "total of the items in cents", Expected: 263.31}, inCents)), bill, nil
}

// sumOfLines: the lines of all bills make up their totals, exactly.
func sumOfLines(list []catalog.Bill) Row {
	var lines, totals unit.Money
	count := 0
	for _, b := range list {
		totals = totals.Plus(b.Total)
		for _, l := range b.Lines {
			lines = lines.Plus(unit.USD(l.Quantity.Mul(l.UnitPrice)))
			count++
		}
	}
	r := Row{
		Case: fmt.Sprintf("all %d lines of these bills", count), Quantity: "sum of the lines", Unit: "USD",
		Expected: totals.Float64(), Source: "sum of the totals", Got: lines.Float64(),
	}
	return r.within(0)
}
