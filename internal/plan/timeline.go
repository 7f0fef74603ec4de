package plan

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/unit"
)

// Timeline is the state of the homes of a candidate at equal steps of the span, with what they have cost by then.
type Timeline struct {
	// Step is the time between two moments; the last moment is the last whole step within the span.
	Step  unit.Duration `json:"step"`
	Homes []Curve       `json:"homes"`
}

// Curve is one home over time.
type Curve struct {
	Home    string   `json:"home"`
	Moments []Moment `json:"moments"`
}

// Moment is the state of a home, and its cost since the start.
type Moment struct {
	// At is since the start of the traffic.
	At unit.Duration `json:"at"`
	simulate.Moment
	// Cost is the bill in USD for what was used so far, from the first tier of each price; of what is paid by the month (a
	// cluster's fixed cost), the part of a month of 730 h that has passed.
	Cost unit.Money `json:"cost"`
}

// priceTimeline moves a candidate's timeline out of its outcome, with the cost of each moment.
func (e *evaluator) priceTimeline(c *Candidate) error {
	t := c.Outcome.Timeline
	if t == nil {
		return nil
	}
	c.Outcome.Timeline = nil
	c.Timeline = &Timeline{Step: unit.Duration(t.Step)}
	for i, curve := range t.Homes {
		pricer, err := e.costOver(c.placements(), i)
		if err != nil {
			return err
		}
		out := Curve{Home: c.placements()[i].Offer, Moments: make([]Moment, 0, len(curve.Moments))}
		for k, m := range curve.Moments {
			at := time.Duration(k+1) * t.Step
			cost, err := pricer(at, m)
			if err != nil {
				return fmt.Errorf("pricing the timeline of %s after %s: %w", out.Home, unit.Duration(at), err)
			}
			out.Moments = append(out.Moments, Moment{At: unit.Duration(at), Moment: m, Cost: cost})
		}
		c.Timeline.Homes = append(c.Timeline.Homes, out)
	}
	return nil
}

// costOver returns what a home has cost at a moment.
func (e *evaluator) costOver(homes []Placement, i int) (func(time.Duration, simulate.Moment) (unit.Money, error), error) {
	a := homes[i].arrangement
	var fixed catalog.Bill
	if cluster, ok := e.in.Catalog.Cluster(a.Offer.Cluster); ok && !sharesCluster(homes[:i], &homes[i]) {
		var err error
		if fixed, err = cluster.Bill(max(1, e.spec.Constraints.Fleet.Models), false); err != nil {
			return nil, err
		}
	}
	return func(at time.Duration, m simulate.Moment) (unit.Money, error) {
		offer, usage, err := e.usage(a, m.Metered, at, m.Served)
		if err != nil {
			return unit.Money{}, err
		}
		bill, err := offer.Price(usage, catalog.PriceOptions{FreeTier: e.spec.Constraints.FreeTier})
		if err != nil {
			return unit.Money{}, err
		}
		onDemand, err := e.onDemandBill(a, m.Metered, func(u catalog.Usage) (catalog.Usage, error) { return u, nil })
		bill.Append(onDemand)
		return bill.Total.Plus(partOfMonth(fixed.Total, at)), err
	}, nil
}

// partOfMonth is a monthly amount up to a time after its beginning, to a billionth of the month.
func partOfMonth(monthly unit.Money, at time.Duration) unit.Money {
	billionths := int64(float64(at) / float64(unit.Month) * 1e9)
	return unit.USD(monthly.Mul(unit.NewDecimal(billionths, -9)))
}
