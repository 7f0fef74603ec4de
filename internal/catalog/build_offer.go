package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// offer builds every class and region of one SKU.
func (b *builder) offer(p *provider, service string, s *serviceRecord, sku string, rec *offerRecord) {
	o := Offer{
		ID: p.Provider + "/" + service + "/" + sku, Provider: p.Provider, Service: service, SKU: cmp.Or(rec.SKU, sku),
		Region: cmp.Or(rec.Region, s.Region, p.Region), PriceClass: OnDemand, Kind: s.Kind, Cluster: s.Cluster,
		Separate: rec.Separate, Unplannable: cmp.Or(rec.Unplannable, s.Unplannable), Included: b.included(p, s, rec),
		Hardware: Hardware{
			GPU: rec.GPU, GPUs: rec.GPUs, Arch: cmp.Or(rec.Arch, "x86"), VCPU: rec.VCPU, Memory: rec.Memory,
			MemoryPerVCPU: rec.MemoryPerVCPU, Note: rec.Note, Source: s.HardwareSource,
		},
	}
	b.hardware(rec, &o.Hardware)
	b.layer(s.Billing, &o.Billing)
	b.layer(rec.Billing, &o.Billing)
	b.layer(s.Limits, &o.Limits)
	b.layer(rec.Limits, &o.Limits)
	switch {
	case len(rec.Prices) > 0 && len(rec.Rates)+len(rec.Variants) > 0:
		b.fail(rec.position, o.ID, "expected either prices (of the service's meter) or rates (by meter), got both")
	case len(rec.Prices) > 0:
		b.priced(p, s, rec, o)
	case len(rec.Rates) > 0:
		b.metered(p, s, rec, o)
	default:
		b.fail(rec.position, o.ID, "expected prices or rates")
	}
}

// hardware checks an offer's hardware and spells its GPU as the catalogue does.
func (b *builder) hardware(rec *offerRecord, h *Hardware) {
	if !slices.Contains([]string{"x86", "arm", "inf2"}, h.Arch) {
		b.fail(rec.position, "arch", "expected one of x86, arm, inf2, got %q", h.Arch)
	}
	if h.VCPU == 0 && h.MemoryPerVCPU == 0 || h.Memory <= 0 {
		b.fail(rec.position, "vcpu", "expected the vcpu (or memoryPerVCPU) and memory of one instance")
	}
	if h.GPU == "" {
		if h.GPUs != 0 {
			b.fail(rec.position, "gpus", "expected a gpu kind beside the number of gpus")
		}
		return
	}
	g, known := b.catalog.GPU(h.GPU)
	if !known {
		var kinds []string
		for _, g := range b.catalog.GPUs() {
			kinds = append(kinds, g.Kind)
		}
		b.fail(rec.position, "gpu", "unknown kind of GPU %q%s", h.GPU, suggest(h.GPU, kinds))
		return
	}
	h.GPU = g.Kind
	if h.GPUs == 0 {
		h.GPUs = 1
	}
	if thousandths(h.GPUs) < 1 || h.GPUs > 1024 {
		b.fail(rec.position, "gpus", "expected a number of GPUs from 0.001 to 1024, got %g", h.GPUs)
	}
}

// layer lays the settings of a service or an offer over the earlier ones.
func (b *builder) layer(l strictyaml.Layers, into any) {
	if err := l.Onto(into); err != nil {
		b.problems = append(b.problems, err)
	}
}

// included collects what costs nothing, and refuses meters that also have a price.
func (b *builder) included(p *provider, s *serviceRecord, rec *offerRecord) map[Meter]string {
	all := map[Meter]string{}
	for _, notes := range []map[Meter]*noteRecord{p.Included, s.Included, rec.Included} {
		for _, m := range sorted(notes) {
			all[m] = notes[m].text
			if len(unitsOf(m)) == 0 {
				b.fail(notes[m].position, "included", "unknown meter %q%s", m, suggest(string(m), texts(Meters())))
			}
			for _, rates := range []map[string]*rateRecord{s.Rates, rec.Rates} {
				for key, r := range rates {
					if cmp.Or(r.Meter, Meter(key)) == m {
						b.fail(notes[m].position, "included", "%s has a price and is included as well", m)
					}
				}
			}
		}
	}
	return all
}

// priced adds an offer for each class and region of prices of the service's meter.
func (b *builder) priced(p *provider, s *serviceRecord, rec *offerRecord, o Offer) {
	var base *Rate
	shared := b.rates(p, s.Rates)
	for _, class := range b.classesOf(rec, slices.Collect(maps.Keys(rec.Prices))) {
		for i, region := range sorted(rec.Prices[class]) {
			price := rec.Prices[class][region]
			rate := b.rate(p, price, rateDefaults{s.Meter, cmp.Or(s.Item, o.SKU), s.Unit, base})
			if base == nil && class == OnDemand {
				base = &rate
			}
			variant := o
			variant.PriceClass, variant.Region, variant.Primary, variant.InterruptionBand = class, region, i == 0, price.Interruption
			variant.Rates = append([]Rate{rate}, shared...)
			b.add(rec, variant)
		}
	}
}

// metered adds the offer with its rates by meter, and its variants.
func (b *builder) metered(p *provider, s *serviceRecord, rec *offerRecord, o Offer) {
	o.Rates, o.Primary = append(b.rates(p, rec.Rates), b.rates(p, s.Rates)...), true
	b.add(rec, o)
	for _, class := range b.classesOf(rec, slices.Collect(maps.Keys(rec.Variants))) {
		for i, region := range sorted(rec.Variants[class]) {
			variant := o
			variant.PriceClass, variant.Region, variant.Primary = class, region, i == 0 && class != OnDemand
			if class == OnDemand && region == o.Region {
				b.fail(rec.Variants[class][region].position, "variants", "%s is the offer itself: put these under rates", region)
			}
			variant.Rates = b.replaced(p, o.Rates, rec.Variants[class][region].Rates)
			b.add(rec, variant)
		}
	}
}

// classesOf returns the classes in their order, and reports unknown ones.
func (b *builder) classesOf(rec *offerRecord, given []PriceClass) []PriceClass {
	for _, c := range given {
		if !slices.Contains(classes, c) {
			b.fail(rec.position, "price class", "unknown price class %q%s", c, suggest(string(c), texts(classes)))
		}
	}
	return slices.DeleteFunc(slices.Clone(classes), func(c PriceClass) bool { return !slices.Contains(given, c) })
}

// rates builds a map of rates in the order of the file.
func (b *builder) rates(p *provider, records map[string]*rateRecord) []Rate {
	var list []Rate
	for _, key := range sorted(records) {
		list = append(list, b.rate(p, records[key], rateDefaults{meter: Meter(key), item: key}))
	}
	return list
}

// replaced returns rates with those of the given meters replaced.
func (b *builder) replaced(p *provider, rates []Rate, records map[string]*rateRecord) []Rate {
	list := slices.Clone(rates)
	for _, key := range sorted(records) {
		meter := cmp.Or(records[key].Meter, Meter(key))
		i := slices.IndexFunc(list, func(r Rate) bool { return r.Meter == meter })
		if i < 0 {
			b.fail(records[key].position, string(meter), "the offer has no rate for this meter that the variant could replace")
			continue
		}
		list[i] = b.rate(p, records[key], rateDefaults{meter, list[i].Item, list[i].Unit, &list[i]})
	}
	return list
}

// add checks and appends an offer.
func (b *builder) add(rec *offerRecord, o Offer) {
	if o.Region == "" {
		b.fail(rec.position, "region", "expected the region of %s, here or for the whole file", o.ID)
	}
	if err := checkLimits(o); err != nil {
		b.fail(rec.position, o.ID, "%v", err)
	}
	b.catalog.offers = append(b.catalog.offers, o)
}

func checkLimits(o Offer) error {
	if o.Billing.Step < 0 || o.Billing.Minimum < 0 || o.Billing.IdleHold < 0 || o.Billing.BootTime < 0 || o.Billing.MinInstances < 0 {
		return fmt.Errorf("billing: expected times and numbers from 0")
	}
	if err := o.Billing.checkIdleHold(); err != nil {
		return err
	}
	if o.Limits.CUDA != "" && !isVersion(o.Limits.CUDA) {
		return fmt.Errorf("limits.cuda: expected a version such as 12.2, got %q", o.Limits.CUDA)
	}
	if o.Separate && o.Hardware.MemoryPerVCPU == 0 {
		return o.checkSize(Size{VCPU: o.Hardware.VCPU, Memory: o.Hardware.Memory})
	}
	return nil
}
