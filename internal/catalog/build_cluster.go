package catalog

import (
	"cmp"
	"maps"
	"math/big"
	"slices"

	"fulcrum.dev/fulcrum/api/unit"
)

const msPerMonth = monthHours * msPerHour

// clusters builds a provider's sets of fixed cost.
func (b *builder) clusters(p *provider) {
	for _, name := range sorted(p.Clusters) {
		rec := p.Clusters[name]
		set := ClusterCost{ID: p.Provider + "/" + name, Name: rec.Name, Note: rec.Note}
		for _, item := range rec.Items {
			if built, ok := b.item(p, item); ok {
				set.Items = append(set.Items, built)
			}
		}
		if len(rec.Items) == 0 {
			b.fail(rec.position, name+".items", "expected what the fixed cost is made of")
		}
		b.catalog.clusters[set.ID] = set
	}
}

func (b *builder) item(p *provider, rec itemRecord) (ClusterItem, bool) {
	rate, ok := b.itemRate(p, rec)
	if !ok {
		return ClusterItem{}, false
	}
	rate.Item = cmp.Or(rec.Item, rate.Item)
	base, err := rate.Unit.Base(rate.Meter)
	if err != nil {
		return ClusterItem{}, false // reported where the rate stands
	}
	item := ClusterItem{Rate: rate, Traffic: rec.Traffic}
	switch {
	case (rec.Held > 0) == (rec.Quantity.Sign() > 0):
		b.fail(rec.position, "items", "expected exactly one of held (how many, all month) and quantity (in %s), above 0", rate.Unit)
		return item, false
	case rec.Held > 0 && !isHeld(rate.Meter):
		b.fail(rec.position, "held", "%s is not held for a time: expected quantity, in %s", rate.Meter, rate.Unit)
		return item, false
	}
	amount := rec.Quantity.Mul(unit.NewDecimal(base, 0))
	if rec.Held > 0 {
		amount = unit.NewDecimal(int64(rec.Held), 0).Mul(unit.NewDecimal(msPerMonth, 0))
	}
	if item.Usage, ok = whole64(amount); !ok {
		b.fail(rec.position, "items", "expected a month's usage that fits the meter, got %s base units of %s", amount, rate.Meter)
	}
	return item, ok
}

// isHeld reports whether a meter counts things x ms.
func isHeld(m Meter) bool { return m == LoadBalancerUnits || slices.Contains(heldMeters, m) }

// whole64 rounds half up to a whole number, if that fits.
func whole64(d unit.Decimal) (int64, bool) {
	n, ok := new(big.Int).SetString(d.Round(0).String(), 10)
	if !ok || !n.IsInt64() {
		return 0, false
	}
	return n.Int64(), true
}

// itemRate finds the rate that an item is priced by.
func (b *builder) itemRate(p *provider, rec itemRecord) (Rate, bool) {
	switch {
	case (rec.Rate == "") == (rec.Offer == ""):
		b.fail(rec.position, "items", "expected exactly one of rate (of this provider's rates) and offer (an id)")
	case rec.Rate != "":
		if r := p.Rates[rec.Rate]; r != nil {
			return b.rate(p, r, rateDefaults{meter: Meter(rec.Rate), item: rec.Rate}), true
		}
		b.fail(rec.position, "rate", "unknown rate %q%s", rec.Rate, suggest(rec.Rate, sorted(p.Rates)))
	default:
		o, err := b.catalog.Lookup(rec.Offer, "", "")
		switch {
		case err != nil:
			b.fail(rec.position, "offer", "%v", err)
		case o.Kind != KindNode || len(o.Rates) == 0:
			b.fail(rec.position, "offer", "expected a node, got %s, a %s", o.ID, o.Kind)
		default:
			return o.Rates[0], true
		}
	}
	return Rate{}, false
}

// clusterReferences checks that every offer's fixed cost set is known.
func (b *builder) clusterReferences(r *reader) {
	var ids []string
	for _, set := range b.catalog.Clusters() {
		ids = append(ids, set.ID)
	}
	for _, name := range slices.Sorted(maps.Keys(r.providers)) {
		services := r.providers[name].Services
		for _, service := range sorted(services) {
			s := services[service]
			if s.Cluster != "" && !slices.Contains(ids, s.Cluster) {
				b.fail(s.position, service+".cluster", "unknown cluster %q%s", s.Cluster, suggest(s.Cluster, ids))
			}
		}
	}
}
