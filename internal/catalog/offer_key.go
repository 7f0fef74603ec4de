package catalog

import (
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// Key is unique to an offer in its class and region: the id, then @class unless
// on demand, then :region unless it is the class's first, such as
// aws/ec2/g6.xlarge@spot:us-east-2. Lookup reads it back.
func (o Offer) Key() string {
	key := o.ID
	if o.PriceClass != OnDemand {
		key += "@" + string(o.PriceClass)
	}
	if !o.Primary {
		key += ":" + o.Region
	}
	return key
}

// Confidence is the lowest of its rates'.
func (o Offer) Confidence() Confidence {
	lowest := High
	for _, r := range o.Rates {
		lowest = lower(lowest, r.Confidence)
	}
	return lowest
}

// Commitment reports whether its price binds for a term.
func (o Offer) Commitment() bool {
	return o.PriceClass == Commit1Y || o.PriceClass == Commit3Y
}

// OldestPrice returns the oldest date of its rates; zero when one is undated.
func (o Offer) OldestPrice() time.Time {
	var dates []time.Time
	for _, r := range o.Rates {
		dates = append(dates, r.AsOf)
	}
	return oldest(dates)
}

// Hourly returns the list price of running one instance of the given size for
// an hour, from the rates for time (requests, egress and the like left out), at
// the first tier.
func (o Offer) Hourly(s Size) (unit.Money, error) {
	u, err := o.InstanceUsage(s, msPerHour, 0)
	if err != nil {
		return unit.Money{}, err
	}
	b, err := o.Price(u, PriceOptions{})
	return b.Total, err
}

// WithEgress returns the offer with a provider's price of egress among its
// rates, so that Price takes egress as well.
func (o Offer) WithEgress(r Rate) Offer {
	o.Rates = append(slices.Clip(o.Rates), r)
	return o
}

// Prices reports whether the offer has a rate for the meter.
func (o Offer) Prices(m Meter) bool {
	return slices.ContainsFunc(o.Rates, func(r Rate) bool { return r.Meter == m })
}

func (o Offer) meters() []Meter {
	var list []Meter
	for _, r := range o.Rates {
		if !slices.Contains(list, r.Meter) {
			list = append(list, r.Meter)
		}
	}
	return list
}

func oldest(dates []time.Time) time.Time {
	var first time.Time
	for i, d := range dates {
		if i == 0 || d.Before(first) {
			first = d // an undated price is the zero time, which is before all others
		}
	}
	return first
}

var confidences = []Confidence{Low, Medium, High}

// lower returns the less trustworthy of two.
func lower(a, b Confidence) Confidence {
	return confidences[min(slices.Index(confidences, a), slices.Index(confidences, b))]
}
