package plan

import (
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/simulate"
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
	homes := c.placements()
	c.Outcome.Timeline = nil
	c.Timeline = &Timeline{Step: unit.Duration(t.Step)}
	for i, curve := range t.Homes {
		c.Timeline.Homes = append(c.Timeline.Homes, Curve{Home: homes[i].Offer, Moments: make([]Moment, len(curve.Moments))})
	}
	for k := range t.Homes[0].Moments {
		at := time.Duration(k+1) * t.Step
		soFar := slices.Clone(homes) // with the bills of this moment
		for i := range soFar {
			m := t.Homes[i].Moments[k]
			cost, err := e.costSoFar(soFar, i, at, m)
			if err != nil {
				return fmt.Errorf("pricing the timeline of %s after %s: %w", homes[i].Offer, unit.Duration(at), err)
			}
			c.Timeline.Homes[i].Moments[k] = Moment{At: unit.Duration(at), Moment: m, Cost: cost}
		}
	}
	return nil
}

// costSoFar sets the bill of a home at a moment, after those of the homes before it, and returns it with the cluster's
// part of the month.
func (e *evaluator) costSoFar(homes []Placement, i int, at time.Duration, m simulate.Moment) (unit.Money, error) {
	offer, usage, err := e.usage(homes[i].arrangement, m.Metered, at, m.Served)
	if err != nil {
		return unit.Money{}, err
	}
	homes[i].Bill, err = after(homes[:i], offer).Price(usage, catalog.PriceOptions{FreeTier: e.spec.Constraints.FreeTier})
	if err != nil {
		return unit.Money{}, err
	}
	onDemand, err := e.onDemandBill(homes[i].arrangement, m.Metered, func(u catalog.Usage) (catalog.Usage, error) { return u, nil })
	if err != nil {
		return unit.Money{}, err
	}
	cost := homes[i].Bill.Total.Plus(onDemand.Total)
	if cluster, ok := e.in.Catalog.Cluster(offer.Cluster); ok && !sharesCluster(offer, homes[:i]) {
		fixed, err := cluster.Bill(max(1, e.spec.Constraints.Fleet.Models), false)
		if err != nil {
			return unit.Money{}, err
		}
		cost = cost.Plus(partOfMonth(fixed.Total, at))
	}
	return cost, nil
}

// partOfMonth is a monthly amount up to a time after its beginning, to a billionth of the month.
func partOfMonth(monthly unit.Money, at time.Duration) unit.Money {
	billionths := int64(float64(at) / float64(unit.Month) * 1e9)
	return unit.USD(monthly.Mul(unit.NewDecimal(billionths, -9)))
}
