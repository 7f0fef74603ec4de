package billing

import (
	"slices"

	"fulcrum.dev/fulcrum/internal/catalog"
)

// account is what the earlier homes of a hybrid used, with their bills.
type account struct {
	uses  []Use
	bills []Bill
}

// hasCluster reports whether one of the homes is on nodes of the same cluster.
func (a account) hasCluster(o catalog.Offer) bool {
	return slices.ContainsFunc(a.uses, func(u Use) bool {
		other := u.Arrangement.Offer
		return other.Kind == catalog.KindNode && other.Cluster == o.Cluster && other.Region == o.Region
	})
}

// remainder is an offer with what the homes at its provider have left of its free allowances, which are the account's.
func (a account) remainder(o catalog.Offer) catalog.Offer {
	o.Rates = slices.Clone(o.Rates)
	for i, u := range a.uses {
		if u.Arrangement.Offer.Provider != o.Provider {
			continue
		}
		for _, l := range a.bills[i].Lines {
			if isAllowance := l.Quantity.Sign() < 0; isAllowance {
				take(o.Rates, l)
			}
		}
	}
	return o
}

// take lowers the free allowances of rates by a line that used some of them, whose quantity is negative.
func take(rates []catalog.Rate, l catalog.Line) {
	for i := range rates {
		if r := &rates[i]; r.Meter == l.Meter && r.Unit == l.Unit {
			r.Free = r.Free.Add(l.Quantity)
		}
	}
}
