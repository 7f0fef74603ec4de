package v1alpha1

import "fulcrum.dev/fulcrum/api/unit"

// Claim is what somebody has said about cost, for plan to check: exactly one of bill, node, ratio, saving, step and sold.
type Claim struct {
	// Says is the claim, in at most 100 characters on one line.
	Says string `json:"says"`
	// Because says why the claim holds or not, and under which assumption. It is printed unchanged.
	Because string `json:"because,omitempty"`
	// Low and High bound the claim, both included: USD per month for bill and node, a share for ratio and saving
	// (0.4 is 40 %), seconds for step. At least one of them, and none with sold.
	Low *unit.Decimal `json:"low,omitempty"`
	// High is the upper bound.
	High *unit.Decimal `json:"high,omitempty"`
	// Bill claims the cost of a month's use of an offer, or the fixed cost of a cluster.
	Bill *BillClaim `json:"bill,omitempty"`
	// Node claims the monthly cost of a node at an hourly price that is in no catalogue.
	Node *NodeClaim `json:"node,omitempty"`
	// Ratio claims the utilisation of a node at which serverless costs the same.
	Ratio *RatioClaim `json:"ratio,omitempty"`
	// Saving claims how much a price class saves over on demand.
	Saving *SavingClaim `json:"saving,omitempty"`
	// Step claims the time step in which an offer is billed.
	Step *StepClaim `json:"step,omitempty"`
	// Sold claims that something is sold.
	Sold *SoldClaim `json:"sold,omitempty"`
}

// BillClaim is a month's use of one offer.
type BillClaim struct {
	// Offer is a catalogue id such as aws/lambda/x86, or a cluster's fixed cost, such as aws/eks, without other fields.
	Offer string `json:"offer"`
	// PriceClass is on-demand, spot, 1y or 3y. Default: on-demand.
	PriceClass string `json:"priceClass,omitempty" check:"oneof=on-demand spot 1y 3y"`
	// Region picks one region of the offer. Default: the offer's first.
	Region string `json:"region,omitempty"`
	// Memory of one environment or instance. Default: what the offer comes with.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// VCPU of one instance, if the offer sells it separately. Default: what the offer comes with.
	VCPU float64 `json:"vcpu,omitempty" check:"gt=0"`
	// Requests per month, such as 3M.
	Requests unit.Count `json:"requests,omitempty" check:"gt=0,lte=1e15"`
	// Duration is the time that one request takes.
	Duration unit.Duration `json:"duration,omitempty" check:"gt=0"`
	// Provisioned is the number of environments kept warm. Default: 0.
	Provisioned int `json:"provisioned,omitempty" check:"lte=1e6"`
	// OnProvisioned is the share of the requests that they serve. Default: all.
	OnProvisioned *unit.Share `json:"onProvisioned,omitempty"`
	// Hours per month that each node, instance or provisioned environment is held. Default: 730 or, with requests if the
	// platform scales to zero, the time that the requests take.
	Hours *float64 `json:"hours,omitempty" check:"lte=1e6"`
	// Instances is the number of nodes or instances. Default: 1.
	Instances int `json:"instances,omitempty" check:"gte=1,lte=1e6"`
	// FreeTier counts the provider's monthly free allowance. Default: false.
	FreeTier bool `json:"freeTier,omitempty"`
}

// NodeClaim is a node for a month of 730 hours.
type NodeClaim struct {
	// Hourly is the price of an hour, in USD.
	Hourly unit.Money `json:"hourly" check:"gt=0"`
}

// RatioClaim is the price of a node divided by that of the same hardware on serverless, both busy all month. Below that
// utilisation of the node serverless is cheaper; above 1 it always is.
type RatioClaim struct {
	// Node is the node.
	Node RatioSide `json:"node"`
	// Serverless is the offer that it is compared with.
	Serverless RatioSide `json:"serverless"`
	// PerNode is how many serverless instances or environments do the work of one node. Default: 1.
	PerNode float64 `json:"perNode,omitempty" check:"gt=0,lte=1e6"`
	// Fixed adds the fixed cost of the node's cluster: its control-plane, or all of it. Default: none.
	Fixed string `json:"fixed,omitempty" check:"oneof=control-plane all"`
	// Nodes is how many nodes share that fixed cost. Default, with fixed: 1.
	Nodes int `json:"nodes,omitempty" check:"gte=1,lte=1e6"`
}

// RatioSide is one side of a price ratio.
type RatioSide struct {
	// Offer is a catalogue id such as aws/ec2/g6.xlarge.
	Offer string `json:"offer"`
	// PriceClass is on-demand, spot, 1y or 3y. Default: on-demand.
	PriceClass string `json:"priceClass,omitempty" check:"oneof=on-demand spot 1y 3y"`
	// Region picks one region of the offer. Default: the offer's first.
	Region string `json:"region,omitempty"`
	// Memory of one environment or instance. Default: what the offer comes with.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// VCPU of one instance, if the offer sells it separately. Default: what the offer comes with.
	VCPU float64 `json:"vcpu,omitempty" check:"gt=0"`
}

// SavingClaim compares a price class with the offer's first on-demand price.
type SavingClaim struct {
	// Offer is a catalogue id such as aws/ec2/g5.xlarge.
	Offer string `json:"offer"`
	// PriceClass is spot, 1y or 3y.
	PriceClass string `json:"priceClass" check:"oneof=spot 1y 3y"`
	// Region picks one region of the price class. Default: the first.
	Region string `json:"region,omitempty"`
}

// StepClaim is the step of time that the bill of an offer is rounded up to.
type StepClaim struct {
	// Offer is a catalogue id such as gcp/cloud-run/l4.
	Offer string `json:"offer"`
}

// SoldClaim is a claim that something is sold.
type SoldClaim struct {
	// Offer is a catalogue id, sold or not, such as aws/lambda/gpu.
	Offer string `json:"offer"`
}
