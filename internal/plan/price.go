package plan

import (
	"fmt"
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
)

// price bills a month of a candidate: what it metered scaled to 730 h, what the
// cluster costs whatever it serves, and what leaves for the internet. The parts of a hybrid are billed one by one, each
// from the first tier of its prices, and with what the parts before it have left of a free allowance.
func (e *evaluator) price(c *Candidate) (err error) {
	o := &c.Outcome
	if len(c.Parts) == 0 {
		if c.Bill, c.MonthlyUsage, err = e.bill(c.arrangement, o.Metered, o.Span, o.Served, nil); err != nil {
			return err
		}
		c.Monthly = c.Bill.Total
		c.HourlyPrice, err = hourlyPrice(c.arrangement)
		return err
	}
	for i := range c.Parts {
		if err := e.pricePart(c, i); err != nil {
			return err
		}
		c.Bill.Append(c.Parts[i].Bill)
	}
	c.Monthly = c.Bill.Total
	return c.Bill.Check()
}

// pricePart bills one home of a hybrid. What the cluster costs is not counted again for a second home in it.
func (e *evaluator) pricePart(c *Candidate, i int) (err error) {
	p, h := &c.Parts[i], &c.Outcome.Homes[i]
	if p.Bill, p.MonthlyUsage, err = e.bill(p.arrangement, h.Metered, c.Outcome.Span, h.Served, c.Parts[:i]); err != nil {
		return err
	}
	p.Monthly = p.Bill.Total
	p.HourlyPrice, err = hourlyPrice(p.arrangement)
	return err
}

// sharesCluster reports whether one of the earlier parts is on nodes of the same cluster.
func sharesCluster(o catalog.Offer, earlier []Placement) bool {
	return slices.ContainsFunc(earlier, func(p Placement) bool {
		return p.Kind == catalog.KindNode && p.arrangement.Offer.Cluster == o.Cluster && p.Region == o.Region
	})
}

// after is the offer with what earlier parts at its provider have left of its free allowances, which are the account's.
func after(earlier []Placement, o catalog.Offer) catalog.Offer {
	o.Rates = slices.Clone(o.Rates)
	for i := range o.Rates {
		r := &o.Rates[i]
		for _, p := range earlier {
			for _, l := range p.Bill.Lines {
				if isAllowance := l.Quantity.Sign() < 0; isAllowance && p.Provider == o.Provider && l.Meter == r.Meter && l.Unit == r.Unit {
					r.Free = r.Free.Add(l.Quantity)
				}
			}
		}
	}
	return o
}

func (e *evaluator) bill(a arrange.Arrangement, m home.Metered, span time.Duration, served int64, earlier []Placement) (catalog.Bill, catalog.Usage, error) {
	offer, usage, err := e.usage(a, m, span, served)
	if err != nil {
		return catalog.Bill{}, nil, err
	}
	monthly, err := catalog.MonthlyUsage(usage, span)
	if err != nil {
		return catalog.Bill{}, nil, err
	}
	bill, err := after(earlier, offer).Price(monthly, catalog.PriceOptions{FreeTier: e.spec.Constraints.FreeTier})
	if err != nil {
		return catalog.Bill{}, nil, err
	}
	onDemand, err := e.onDemandBill(a, m, func(u catalog.Usage) (catalog.Usage, error) { return catalog.MonthlyUsage(u, span) })
	if err != nil {
		return catalog.Bill{}, nil, err
	}
	bill.Append(onDemand)
	if cluster, ok := e.in.Catalog.Cluster(offer.Cluster); ok && !sharesCluster(offer, earlier) {
		fixed, err := cluster.Bill(max(1, e.spec.Constraints.Fleet.Models), false)
		if err != nil {
			return catalog.Bill{}, nil, err
		}
		bill.Append(fixed)
	}
	return bill, monthly, bill.Check()
}

// usage is what a home used over a span, in the meters of its offer and of the internet, and the offer that prices both.
func (e *evaluator) usage(a arrange.Arrangement, m home.Metered, span time.Duration, served int64) (catalog.Offer, catalog.Usage, error) {
	offer := a.Offer
	usage, err := a.Usage(m, span)
	if err != nil {
		return offer, nil, err
	}
	if rate, ok := e.in.Catalog.Egress(offer.Provider); ok {
		offer = offer.WithEgress(rate)
		usage[catalog.Egress], err = egress(served, e.spec.Payload.Response)
	}
	return offer, usage, err
}

// onDemandBill prices the on-demand nodes of a spot home, its base and its fallback, as the same node on demand; over
// turns what was used into the usage that is billed.
func (e *evaluator) onDemandBill(a arrange.Arrangement, m home.Metered, over func(catalog.Usage) (catalog.Usage, error)) (catalog.Bill, error) {
	if m.OnDemandNodeTime == 0 {
		return catalog.Bill{}, nil
	}
	offer, err := e.in.Catalog.Lookup(a.Offer.ID, catalog.OnDemand, a.Offer.Region)
	if err != nil {
		return catalog.Bill{}, fmt.Errorf("pricing the on-demand nodes of a spot home: %w", err)
	}
	usage, err := a.OnDemandUsage(offer, m)
	if err == nil {
		usage, err = over(usage)
	}
	if err != nil {
		return catalog.Bill{}, err
	}
	return offer.Price(usage, catalog.PriceOptions{})
}

// egress is the bytes of the responses, which leave for the internet.
func egress(served int64, response unit.Bytes) (int64, error) {
	if response > 0 && served > math.MaxInt64/int64(response) {
		return 0, fmt.Errorf("%d responses of %s are beyond what a meter can hold", served, response)
	}
	return served * int64(response), nil
}

// hourlyPrice is what one replica or instance costs an hour when it is in use all the time.
func hourlyPrice(a arrange.Arrangement) (unit.Money, error) {
	hour := time.Hour.Milliseconds()
	usage, err := a.Usage(home.Metered{NodeTime: hour, InstanceTime: hour, ActiveTime: hour, RunTime: hour}, time.Hour)
	if err != nil {
		return unit.Money{}, err
	}
	bill, err := a.Offer.Price(usage, catalog.PriceOptions{})
	if err != nil || a.Home.Cluster == nil {
		return bill.Total, err
	}
	// A node's price is shared by its replicas; six places of a dollar are kept.
	perNode := unit.NewDecimal(int64(1e9)/int64(a.Home.Cluster.ReplicasPerNode), -9)
	return unit.USD(bill.Total.Mul(perNode).Round(6)), nil
}

// spendRates are what a second of a request in service costs at each home of a
// layout whose router has a spend cap, in USD, where its replica or instance is full; nil for others.
func spendRates(l layout) ([]float64, error) {
	if l.routing == nil || l.routing.Overflow == nil || l.routing.Overflow.SpendCap == nil {
		return nil, nil
	}
	rates := make([]float64, len(l.parts))
	for i, a := range l.parts {
		price, err := hourlyPrice(a)
		if err != nil {
			return nil, err
		}
		rates[i] = price.Float64() / time.Hour.Seconds() / float64(a.Home.Service.Concurrency)
	}
	return rates, nil
}
