package fidelity

import (
	"context"

	"fulcrum.dev/fulcrum/internal/catalog"
)

const aboutRatios = `The price of a node over that of the same hardware without servers, per hour, before fixed cost and latency: at that utilisation of
the node both cost the same. Printed are ranges of two digits, so half of the last digit is allowed; there, a vCPU of Lambda is taken as
1.769 GB. docs/article.md has more of them, with the 1,769 MB that AWS says.`

// halfDigit is half of the last digit of the printed ranges.
const halfDigit = 0.005

// printedRatio is a node, what is bought without servers instead, and the range that was printed.
type printedRatio struct {
	name, node string
	class      catalog.PriceClass
	region     string // of the node; empty is its first
	serverless string
	vCPUs      float64 // of functions that stand for the node
	low, high  float64
}

func printedRatios() []printedRatio {
	const l4, h100, a100 = "gcp/cloud-run/l4", "aws/ec2/p5.4xlarge", "azure/vm/NC24ads_A100_v4"
	return []printedRatio{
		{"m7i.large / Lambda x86", "aws/ec2/m7i.large", catalog.OnDemand, "", "aws/lambda/x86", 2, .42, .48},
		{"c7i.large / Lambda x86", "aws/ec2/c7i.large", catalog.OnDemand, "", "aws/lambda/x86", 2, .42, .48},
		{"m7g.xlarge / Lambda arm", "aws/ec2/m7g.xlarge", catalog.OnDemand, "", "aws/lambda/arm", 4, .42, .48},
		{"c7g.large / Lambda arm", "aws/ec2/c7g.large", catalog.OnDemand, "", "aws/lambda/arm", 2, .42, .48},
		{"c7i.xlarge spot in us-west-2 / Lambda x86", "aws/ec2/c7i.xlarge", catalog.Spot, "us-west-2", "aws/lambda/x86", 4, .17, .19},
		{"m7i.large spot in us-west-2 / Lambda x86", "aws/ec2/m7i.large", catalog.Spot, "us-west-2", "aws/lambda/x86", 2, .17, .19},
		{"g6.xlarge (L4) / Cloud Run", "aws/ec2/g6.xlarge", catalog.OnDemand, "", l4, 0, .68, .77},
		{"g2-standard-4 (L4) / Cloud Run", "gcp/gce/g2-standard-4", catalog.OnDemand, "", l4, 0, .68, .77},
		{"g2-standard-4 for a year / Cloud Run", "gcp/gce/g2-standard-4", catalog.Commit1Y, "", l4, 0, .43, .43},
		{"A100 80 GB / Modal", a100, catalog.OnDemand, "", "modal/functions/a100-80", 0, 1.1, 1.35},
		{"A100 80 GB / RunPod", a100, catalog.OnDemand, "", "runpod/serverless/a100-80", 0, 1.1, 1.35},
		{"A100 80 GB / Cerebrium", a100, catalog.OnDemand, "", "cerebrium/serverless/a100-80", 0, 1.1, 1.35},
		{"H100 / Modal", h100, catalog.OnDemand, "", "modal/functions/h100", 0, 1.25, 1.5},
		{"H100 / RunPod", h100, catalog.OnDemand, "", "runpod/serverless/h100", 0, 1.25, 1.5},
		{"H100 / Cerebrium", h100, catalog.OnDemand, "", "cerebrium/serverless/h100", 0, 1.25, 1.5},
	}
}

func ratios(group string, cat *catalog.Catalog) ([]task, error) {
	return counted(group, func(context.Context, Options) ([]Row, error) {
		var rows []Row
		for _, p := range printedRatios() {
			ratio, err := p.ratio(cat)
			if err != nil {
				return nil, err
			}
			r := Row{Case: p.name, Quantity: "tipping point", Expected: p.low, ExpectedTo: p.high, Source: "printed", Got: ratio}
			rows = append(rows, r.within(halfDigit))
		}
		return rows, nil
	}), nil
}

func (p printedRatio) ratio(cat *catalog.Catalog) (float64, error) {
	node, err := cat.Lookup(p.node, p.class, p.region)
	if err != nil {
		return 0, err
	}
	nodePrice, err := hourly(node)
	if err != nil {
		return 0, err
	}
	other, err := cat.Lookup(p.serverless, "", "")
	if err != nil {
		return 0, err
	}
	price := hourly
	if other.Kind == catalog.KindFunction {
		price = p.functionHourly
	}
	serverlessPrice, err := price(other)
	return nodePrice / serverlessPrice, err
}

// hourly is the price of one instance that is busy for an hour.
func hourly(o catalog.Offer) (float64, error) {
	m, err := o.Hourly(catalog.Size{VCPU: o.Hardware.VCPU, Memory: o.Hardware.Memory})
	return m.Float64(), err
}

// functionHourly is the price of functions that together have the node's vCPUs, and run for an hour.
func (p printedRatio) functionHourly(o catalog.Offer) (float64, error) {
	const perVCPU, hourMs = 1.769 * 1024, 3600 * 1000
	b, err := o.Price(catalog.Usage{catalog.FunctionTime: int64(p.vCPUs * perVCPU * hourMs)}, catalog.PriceOptions{})
	return b.Total.Float64(), err
}
