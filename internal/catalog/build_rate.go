package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
)

// rateDefaults are what a rate takes from its place in the file.
type rateDefaults struct {
	meter Meter
	item  string
	unit  Unit
	// base is the rate that a saving is a discount on; nil for none.
	base *Rate
}

// rate builds one price.
func (b *builder) rate(p *provider, rec *rateRecord, def rateDefaults) Rate {
	r := Rate{
		Meter: cmp.Or(rec.Meter, def.meter), Item: cmp.Or(rec.Item, def.item), Unit: cmp.Or(rec.Unit, def.unit),
		Free: rec.Free, AlwaysFree: rec.AlwaysFree, Terms: rec.Terms,
	}
	r.Provenance = b.provenance(p, rec.position, citation{rec.Source, rec.AsOf, rec.Confidence})
	if _, err := r.Unit.Base(r.Meter); err != nil {
		b.fail(rec.position, r.Item, "%v", err)
	}
	given := 0
	for _, is := range []bool{rec.USD != nil, rec.Saving != nil, rec.Tiers != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		b.fail(rec.position, r.Item, "expected exactly one of usd, saving and tiers")
	case rec.USD != nil:
		r.Tiers = []Tier{{Price: *rec.USD}}
	case rec.Saving != nil:
		b.saving(rec, &r, def.base)
	default:
		for _, t := range rec.Tiers {
			r.Tiers = append(r.Tiers, Tier{UpTo: t.UpTo, Price: t.USD})
		}
	}
	if err := checkTiers(r); err != nil {
		b.fail(rec.position, r.Item, "%v", err)
	}
	return r
}

// saving prices a discount on another rate, and is at most as certain as that rate.
func (b *builder) saving(rec *rateRecord, r *Rate, base *Rate) {
	one := unit.NewDecimal(1, 0)
	switch {
	case base == nil || len(base.Tiers) == 0:
		b.fail(rec.position, r.Item, "a saving needs a price on demand of the same offer to be a discount on: give usd instead")
		return
	case rec.Saving.Sign() < 0 || rec.Saving.Cmp(one) >= 0:
		b.fail(rec.position, r.Item, "expected a saving from 0 to below 1, such as 0.49 for 49 %%, got %s", rec.Saving)
		return
	}
	left := one.Sub(*rec.Saving)
	for _, t := range base.Tiers {
		r.Tiers = append(r.Tiers, Tier{UpTo: t.UpTo, Price: t.Price.Mul(left)})
	}
	derived := fmt.Sprintf("%s on demand x (1 - %s)", base.Tiers[0].Price, rec.Saving)
	r.Terms = strings.TrimPrefix(r.Terms+"; "+derived, "; ")
	r.Confidence = lower(r.Confidence, base.Confidence)
}

func checkTiers(r Rate) error {
	var from unit.Decimal
	for i, t := range r.Tiers {
		last := i == len(r.Tiers)-1
		switch {
		case last && !t.UpTo.IsZero():
			return fmt.Errorf("expected a last tier without upTo")
		case !last && t.UpTo.Cmp(from) <= 0:
			return fmt.Errorf("expected tiers whose upTo rises, got %s after %s", t.UpTo, from)
		}
		from = t.UpTo
	}
	if len(r.Tiers) > 1 && r.Free.Cmp(r.Tiers[0].UpTo) > 0 {
		return fmt.Errorf("expected a free allowance within the first tier (%s), got %s", r.Tiers[0].UpTo, r.Free)
	}
	return nil
}

// citation is how a record refers to its source.
type citation struct {
	source     string
	asOf       date
	confidence Confidence
}

// provenance spells a record's citation out: from its own file, or else from an earlier one of the provider.
func (b *builder) provenance(p *provider, at position, c citation) Provenance {
	src := p.source(at.file, c.source)
	switch {
	case c.source == "":
		b.fail(at, "source", "expected the key of one of the sources: every figure says where it is from")
		return Provenance{Confidence: Low}
	case src == nil:
		var keys []string
		for _, f := range p.sources {
			keys = append(keys, sorted(f.entries)...)
		}
		b.fail(at, "source", "unknown source %q%s", c.source, suggest(c.source, keys))
		return Provenance{Confidence: Low}
	}
	prov := Provenance{Source: src.Cite, AsOf: c.asOf.Time, Confidence: cmp.Or(c.confidence, src.Confidence)}
	if prov.AsOf.IsZero() {
		prov.AsOf = src.AsOf.Time
	}
	if !slices.Contains(confidences, prov.Confidence) {
		b.fail(at, "confidence", "expected one of high, medium, low, got %q", prov.Confidence)
		prov.Confidence = Low
	}
	if prov.AsOf.IsZero() && prov.Confidence != Low {
		b.fail(at, "asOf", "expected the day on which the figure was true, or confidence: low")
	}
	if prov.Source == "" {
		b.fail(src.position, c.source+".cite", "expected the citation in words")
	}
	return prov
}

func (p *provider) source(file, key string) *sourceRecord {
	var found *sourceRecord
	for _, f := range p.sources {
		if s := f.entries[key]; s != nil && (found == nil || f.file == file) {
			found = s
		}
	}
	return found
}
