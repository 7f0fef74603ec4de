package plan

import (
	"time"

	"fulcrum.dev/fulcrum/internal/billing"
)

// terms are what the bills of a model depend on beside the usage.
func (e *evaluator) terms() billing.Terms {
	c := &e.spec.Constraints
	return billing.Terms{Catalog: e.in.Catalog, FreeTier: c.FreeTier, SharedBy: c.Fleet.Models, Response: e.spec.Payload.Response}
}

// price bills a month of a candidate. The parts of a hybrid have a bill each, of which its own is the sum.
func (e *evaluator) price(c *Candidate) error {
	bills, err := e.terms().Month(c.uses(), c.Outcome.Span)
	if err != nil {
		return err
	}
	if len(c.Parts) == 0 {
		return c.setBill(bills[0])
	}
	for i := range c.Parts {
		if err := c.Parts[i].setBill(bills[i]); err != nil {
			return err
		}
		c.Bill.Append(bills[i].Bill)
	}
	c.Monthly = c.Bill.Total
	return c.Bill.Check()
}

// uses are what the homes of a candidate used over the span of its outcome.
func (c *Candidate) uses() []billing.Use {
	if len(c.Parts) == 0 {
		return []billing.Use{{Arrangement: c.arrangement, Metered: c.Outcome.Metered, Served: c.Outcome.Served}}
	}
	var uses []billing.Use
	for i, p := range c.Parts {
		h := &c.Outcome.Homes[i]
		uses = append(uses, billing.Use{Arrangement: p.arrangement, Metered: h.Metered, Served: h.Served})
	}
	return uses
}

// setBill sets what a placement costs a month.
func (p *Placement) setBill(b billing.Bill) (err error) {
	p.Bill, p.Monthly, p.MonthlyUsage = b.Bill, b.Total, b.Usage
	p.HourlyPrice, err = billing.Hourly(p.arrangement)
	return err
}

// spendRates are what a second of a request in service costs at each home of a
// layout whose router has a spend cap, in USD, where its replica or instance is full; nil for others.
func spendRates(l layout) ([]float64, error) {
	if l.routing == nil || l.routing.Overflow == nil || l.routing.Overflow.SpendCap == nil {
		return nil, nil
	}
	rates := make([]float64, len(l.parts))
	for i, a := range l.parts {
		price, err := billing.Hourly(a)
		if err != nil {
			return nil, err
		}
		rates[i] = price.Float64() / time.Hour.Seconds() / float64(a.Home.Service.Concurrency)
	}
	return rates, nil
}
