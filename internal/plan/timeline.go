package plan

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/billing"
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
	c.Outcome.Timeline = nil
	c.Timeline = &Timeline{Step: unit.Duration(t.Step)}
	for i, home := range c.placements() {
		curve := Curve{Home: home.Offer}
		for k, m := range t.Homes[i].Moments {
			curve.Moments = append(curve.Moments, Moment{At: unit.Duration(time.Duration(k+1) * t.Step), Moment: m})
		}
		c.Timeline.Homes = append(c.Timeline.Homes, curve)
	}
	for k := range t.Homes[0].Moments {
		bills, err := e.billsSoFar(c, k)
		if err != nil {
			return fmt.Errorf("pricing the timeline of %s: %w", c.Offer, err)
		}
		for i := range bills {
			c.Timeline.Homes[i].Moments[k].Cost = bills[i].Total
		}
	}
	return nil
}

// billsSoFar are the bills of a candidate's homes up to a moment of its timeline.
func (e *evaluator) billsSoFar(c *Candidate, moment int) ([]billing.Bill, error) {
	uses, at := c.uses(), unit.Duration(0)
	for i := range uses {
		m := &c.Timeline.Homes[i].Moments[moment]
		uses[i].Metered, uses[i].Served, at = m.Metered, m.Served, m.At
	}
	bills, err := e.terms().SoFar(uses, at.Std())
	if err != nil {
		return nil, fmt.Errorf("after %s: %w", at, err)
	}
	return bills, nil
}
