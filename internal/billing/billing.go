package billing

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
)

// Terms are what a bill depends on beside the usage.
type Terms struct {
	Catalog *catalog.Catalog

	// FreeTier counts the monthly free allowances of the providers.
	FreeTier bool

	// SharedBy is how many models share a cluster and its fixed cost evenly; 0 is the same as 1.
	SharedBy int

	// Response is the mean size of a response, which leaves for the internet.
	Response unit.Bytes
}

// Use is what one home used from the start of the traffic up to a time.
type Use struct {
	Arrangement arrange.Arrangement
	Metered     home.Metered
	Served      int64 // responses
}

// Bill is the bill of one home.
type Bill struct {
	catalog.Bill

	// Usage is what the lines of the offer and of its egress are priced from, in base units of each meter.
	Usage catalog.Usage
}

// Month returns the bill of each home for a month of 730 h, in which usage goes on as in the given span. The homes are
// parts of one hybrid, or there is one: a cluster that several of them are on is charged to the first, and a later home
// gets what the earlier ones have left of a provider's free allowances. Each bill starts at the first tier of its prices.
//
// Errors: a span that is not positive, usage that its offer does not price or that overflows, on-demand nodes that the
// catalogue does not know.
func (t Terms) Month(uses []Use, span time.Duration) ([]Bill, error) {
	return t.bills(uses, month{span})
}

// SoFar returns what each home has cost after a time since the start of the traffic: as Month, but of the usage as it is,
// and of the fixed cost of a cluster the part of a month that has passed.
func (t Terms) SoFar(uses []Use, elapsed time.Duration) ([]Bill, error) {
	return t.bills(uses, soFar{elapsed})
}

func (t Terms) bills(uses []Use, p period) ([]Bill, error) {
	bills := make([]Bill, len(uses))
	for i, u := range uses {
		var err error
		if bills[i], err = t.bill(u, p, account{uses[:i], bills[:i]}); err != nil {
			return nil, err
		}
	}
	return bills, nil
}

// bill makes the bill of one home, after those of the homes before it.
func (t Terms) bill(u Use, p period, earlier account) (Bill, error) {
	var b Bill
	offer, usage, err := t.usage(u, p.length())
	if err != nil {
		return b, err
	}
	if b.Usage, err = p.usage(usage); err != nil {
		return b, err
	}
	if b.Bill, err = earlier.remainder(offer).Price(b.Usage, catalog.PriceOptions{FreeTier: t.FreeTier}); err != nil {
		return b, err
	}
	onDemand, err := t.onDemandNodes(u, p)
	if err != nil {
		return b, err
	}
	b.Append(onDemand)
	if !earlier.hasCluster(offer) {
		fixed, err := t.cluster(offer, p)
		if err != nil {
			return b, err
		}
		b.Append(fixed)
	}
	return b, b.Check()
}

// usage is what a home used, in the meters of its offer and of egress, and the offer that prices both.
func (t Terms) usage(u Use, span time.Duration) (catalog.Offer, catalog.Usage, error) {
	offer := u.Arrangement.Offer
	usage, err := u.Arrangement.Usage(u.Metered, span)
	if err != nil {
		return offer, nil, err
	}
	if rate, ok := t.Catalog.Egress(offer.Provider); ok {
		offer = offer.WithEgress(rate)
		usage[catalog.Egress], err = egress(u.Served, t.Response)
	}
	return offer, usage, err
}

// onDemandNodes prices the nodes of a home on spot that are on demand: its base and its fallback.
func (t Terms) onDemandNodes(u Use, p period) (catalog.Bill, error) {
	if u.Metered.OnDemandNodeTime == 0 {
		return catalog.Bill{}, nil
	}
	offer, err := t.OnDemand(u.Arrangement.Offer)
	if err != nil {
		return catalog.Bill{}, err
	}
	usage, err := u.Arrangement.OnDemandUsage(offer, u.Metered)
	if err == nil {
		usage, err = p.usage(usage)
	}
	if err != nil {
		return catalog.Bill{}, err
	}
	return offer.Price(usage, catalog.PriceOptions{})
}

// OnDemand returns the offer that the on-demand nodes of a home on spot are priced by. The error says that it is not sold.
func (t Terms) OnDemand(spot catalog.Offer) (catalog.Offer, error) {
	offer, err := t.Catalog.Lookup(spot.ID, catalog.OnDemand, spot.Region)
	if err != nil {
		return offer, fmt.Errorf("pricing the on-demand nodes of a spot home: %w", err)
	}
	return offer, nil
}

// Cluster returns the fixed cost of an offer's cluster for a month, or this model's share of it; no lines where there is
// none.
func (t Terms) Cluster(o catalog.Offer) (catalog.Bill, error) { return t.cluster(o, month{}) }

func (t Terms) cluster(o catalog.Offer, p period) (catalog.Bill, error) {
	set, ok := t.Catalog.Cluster(o.Cluster)
	if !ok {
		return catalog.Bill{}, nil
	}
	set, err := p.cluster(set)
	if err != nil {
		return catalog.Bill{}, err
	}
	return set.Bill(max(1, t.SharedBy), false) // the traffic's part is metered by itself
}
