package plan

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// bill prices a month's usage of an offer, as fulcrum price does.
func (r *ClaimResult) bill(c v1alpha1.BillClaim, cat *catalog.Catalog) error {
	r.Kind = BillOfUsage
	b, err := claimedBill(c, cat)
	if err != nil {
		return err
	}
	r.Lines = b.Lines
	r.set(b.Total.Decimal, unitUSD)
	return nil
}

func claimedBill(c v1alpha1.BillClaim, cat *catalog.Catalog) (catalog.Bill, error) {
	if set, ok := cat.Cluster(c.Offer); ok {
		if c != (v1alpha1.BillClaim{Offer: c.Offer}) {
			return catalog.Bill{}, fmt.Errorf("%s is the fixed cost of a cluster, which stands alone: leave the other fields out", c.Offer)
		}
		return set.Bill(1, true)
	}
	o, err := cat.Lookup(c.Offer, catalog.PriceClass(c.PriceClass), c.Region)
	if err != nil {
		return catalog.Bill{}, err
	}
	_, usage, err := askOf(c, o.Kind).Usage(o)
	if err != nil {
		return catalog.Bill{}, err
	}
	return o.Price(usage, catalog.PriceOptions{FreeTier: c.FreeTier})
}

// askOf is the usage that a claim describes. The hours of a function are those of its provisioned concurrency.
func askOf(c v1alpha1.BillClaim, kind catalog.Kind) catalog.Ask {
	a := catalog.Ask{
		Memory: c.Memory, VCPU: c.VCPU, Requests: int64(c.Requests), Duration: c.Duration,
		Concurrency: 1, Instances: max(1, c.Instances), Provisioned: c.Provisioned, OnProvisioned: c.OnProvisioned,
	}
	if c.Hours == nil {
		return a
	}
	hours := unit.Duration(math.Round(*c.Hours * 3.6e12))
	if kind == catalog.KindFunction {
		a.ProvisionedHours = &hours
	} else {
		a.Hours = &hours
	}
	return a
}

// node prices a month at an hourly price that is the claim's own.
func (r *ClaimResult) node(c v1alpha1.NodeClaim) {
	r.Kind = NodePrice
	r.set(c.Hourly.Mul(unit.NewDecimal(int64(unit.Month.Hours()), 0)), unitUSD)
}

// ratio divides the price of a node's month by that of the serverless instances that do its work.
func (r *ClaimResult) ratio(c v1alpha1.RatioClaim, cat *catalog.Catalog) error {
	r.Kind, r.PerNode = PriceRatio, c.PerNode
	o, node, err := busySide(c.Node, cat)
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	if o.Kind != catalog.KindNode {
		return fmt.Errorf("node: %s is a %s: put it into serverless, and a node such as aws/ec2/g6.xlarge here", o.ID, o.Kind)
	}
	if err := addFixed(&node, c, o, cat); err != nil {
		return err
	}
	o, serverless, err := busySide(c.Serverless, cat)
	if err != nil {
		return fmt.Errorf("serverless: %w", err)
	}
	if o.Kind == catalog.KindNode {
		return fmt.Errorf("serverless: %s is a node: expected a function or container such as aws/lambda/x86", o.ID)
	}
	r.Lines, r.Against = node.Lines, serverless.Lines
	instances := new(big.Rat).SetFloat64(c.PerNode)
	if instances == nil || instances.Sign() <= 0 {
		return fmt.Errorf("perNode: expected more than 0, got %v", c.PerNode)
	}
	return r.setRatio(rational(node.Total.Decimal), instances.Mul(instances, rational(serverless.Total.Decimal)))
}

// busySide prices one node or instance that is at work all month.
func busySide(s v1alpha1.RatioSide, cat *catalog.Catalog) (catalog.Offer, catalog.Bill, error) {
	o, err := cat.Lookup(s.Offer, catalog.PriceClass(s.PriceClass), s.Region)
	if err != nil {
		return o, catalog.Bill{}, err
	}
	size, err := o.Size(s.VCPU, s.Memory)
	if err != nil {
		return o, catalog.Bill{}, err
	}
	b, err := o.BusyMonth(size)
	return o, b, err
}

// addFixed adds the part of the cluster's fixed cost that falls on one node.
func addFixed(b *catalog.Bill, c v1alpha1.RatioClaim, o catalog.Offer, cat *catalog.Catalog) error {
	if c.Fixed == "" {
		return nil
	}
	set, ok := cat.Cluster(o.Cluster)
	if !ok {
		return fmt.Errorf("fixed: the catalogue knows no fixed cost for a cluster of %s: leave it out", o.ID)
	}
	fixed, err := set.Bill(max(1, c.Nodes), true)
	if err != nil {
		return err
	}
	if c.Fixed == "control-plane" {
		fixed = fixed.Only(catalog.ClusterTime)
		if len(fixed.Lines) == 0 {
			return fmt.Errorf("fixed: %s has no price for a control plane: use all, or leave it out", set.ID)
		}
	}
	b.Append(fixed)
	return nil
}

// saving compares a price class with the offer's first price on demand.
func (r *ClaimResult) saving(c v1alpha1.SavingClaim, cat *catalog.Catalog) error {
	r.Kind = ClassSaving
	_, cheap, err := busySide(v1alpha1.RatioSide{Offer: c.Offer, PriceClass: c.PriceClass, Region: c.Region}, cat)
	if err != nil {
		return err
	}
	_, list, err := busySide(v1alpha1.RatioSide{Offer: c.Offer}, cat)
	if err != nil {
		return err
	}
	r.Lines, r.Against = cheap.Lines, list.Lines
	return r.setRatio(rational(list.Total.Minus(cheap.Total).Decimal), rational(list.Total.Decimal))
}

// setRatio records over/under to six places.
func (r *ClaimResult) setRatio(over, under *big.Rat) error {
	if under.Sign() <= 0 {
		return errors.New("expected a price above 0 to compare with, got 0")
	}
	q := over.Quo(over, under)
	r.set(unit.Ratio(q.Num(), q.Denom(), 6), unitShare)
	return nil
}

func rational(d unit.Decimal) *big.Rat {
	q, _ := new(big.Rat).SetString(d.String()) // a Decimal is always a number
	return q
}

// step looks up what time is rounded up to.
func (r *ClaimResult) step(c v1alpha1.StepClaim, cat *catalog.Catalog) error {
	r.Kind = BillingStep
	o, err := cat.Lookup(c.Offer, "", "")
	if err != nil {
		return err
	}
	if o.Billing.Step == 0 {
		return fmt.Errorf("the catalogue does not know in which steps %s is billed", o.ID)
	}
	r.set(unit.NewDecimal(o.Billing.Step.Std().Nanoseconds(), -9), unitSeconds)
	return nil
}

// sold looks up whether something is sold.
func (r *ClaimResult) sold(c v1alpha1.SoldClaim, cat *catalog.Catalog) error {
	r.Kind = IsSold
	_, err := cat.Lookup(c.Offer, "", "")
	var refused *catalog.NotSoldError
	if errors.As(err, &refused) {
		r.Reason, r.Source = refused.Refusal.Reason, refused.Refusal.Source
		r.OldestPrice = refused.Refusal.AsOf
		return nil
	}
	r.Holds = err == nil
	return err
}
