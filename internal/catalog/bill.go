package catalog

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// quantityPlaces is how many decimal places a billed quantity keeps; it is
// rounded half up to them. A thousand-millionth of any pricing unit here is
// worth less than a thousandth of a cent.
const quantityPlaces = 9

// Line is one line of a bill. Amount is exactly Quantity x UnitPrice.
type Line struct {
	Item      string       `json:"item"`
	Meter     Meter        `json:"meter"`
	Quantity  unit.Decimal `json:"quantity"`
	Unit      Unit         `json:"unit"`
	UnitPrice unit.Decimal `json:"unitPrice"`
	Amount    unit.Money   `json:"amount"`
	// Provenance of the unit price.
	Provenance
	// Note says what a reader of the line must know: a free allowance, a share of a fleet's cost.
	Note string `json:"note,omitempty"`
}

// Bill is lines that sum exactly to Total.
type Bill struct {
	Lines []Line     `json:"lines"`
	Total unit.Money `json:"total"`
}

// Append adds the lines of another bill.
func (b *Bill) Append(other Bill) {
	b.Lines = append(b.Lines, other.Lines...)
	b.Total = b.Total.Plus(other.Total)
}

// OldestPrice returns the oldest date of a price on the bill; zero when one is undated or there is none.
func (b Bill) OldestPrice() time.Time {
	var dates []time.Time
	for _, l := range b.Lines {
		dates = append(dates, l.AsOf)
	}
	return oldest(dates)
}

// Check reports a line whose amount is not exactly quantity x unit price, or a
// total that is not exactly the sum of the lines.
func (b Bill) Check() error {
	var sum unit.Money
	for _, l := range b.Lines {
		if l.Quantity.Mul(l.UnitPrice).Cmp(l.Amount.Decimal) != 0 {
			return fmt.Errorf("law broken: %s x %s is not the %s of %s", l.Quantity, l.UnitPrice, l.Amount, l.Item)
		}
		sum = sum.Plus(l.Amount)
	}
	if sum.Cmp(b.Total.Decimal) != 0 {
		return fmt.Errorf("law broken: the lines of a bill sum to %s, its total is %s", sum, b.Total)
	}
	return nil
}

func (b *Bill) add(l Line) {
	l.Amount = unit.USD(l.Quantity.Mul(l.UnitPrice))
	b.Lines = append(b.Lines, l)
	b.Total = b.Total.Plus(l.Amount)
}

// PriceOptions are the choices that a bill depends on, besides the usage.
type PriceOptions struct {
	// FreeTier counts the provider's monthly free allowance. The usage must then be a month's.
	FreeTier bool
}

// Price turns usage into a bill. The usage should be a month's (see
// MonthlyUsage), since tiers and free allowances are monthly. Usage of a meter
// that the offer neither prices nor includes is an error, never free.
func (o Offer) Price(u Usage, opt PriceOptions) (Bill, error) {
	rest := maps.Clone(u)
	for m, n := range u {
		if n < 0 {
			return Bill{}, fmt.Errorf("usage of %s is negative: %d", m, n)
		}
	}
	var b Bill
	for _, r := range o.Rates {
		lines, err := r.Bill(u[r.Meter], opt)
		if err != nil {
			return Bill{}, fmt.Errorf("pricing %s: %w", o.Key(), err)
		}
		b.Append(lines)
		delete(rest, r.Meter)
	}
	for _, m := range slices.Sorted(maps.Keys(rest)) {
		if rest[m] == 0 {
			continue
		}
		note, included := o.Included[m]
		if !included {
			return Bill{}, fmt.Errorf("%s has no price for %s: it prices %v", o.Key(), m, o.meters())
		}
		b.add(includedLine(o, m, rest[m], note))
	}
	return b, nil
}

// includedLine shows usage that costs nothing, so that a reader sees that it was not forgotten.
func includedLine(o Offer, m Meter, n int64, note string) Line {
	u := Unit(unitsOf(m)[0])
	quantity := unit.Ratio(big.NewInt(n), big.NewInt(units[u].base), quantityPlaces)
	return Line{Item: string(m), Meter: m, Quantity: quantity, Unit: u, Provenance: o.Rates[0].Provenance, Note: note}
}

// Bill prices one meter's usage, in base units: a line for each tier that it
// reaches, and one of negative quantity for the free allowance. No usage gives
// no lines.
func (r Rate) Bill(n int64, opt PriceOptions) (Bill, error) {
	var b Bill
	if n <= 0 {
		return b, nil
	}
	base, err := r.Unit.Base(r.Meter)
	if err != nil {
		return b, err
	}
	quantity := unit.Ratio(big.NewInt(n), big.NewInt(base), quantityPlaces)
	line := Line{Item: r.Item, Meter: r.Meter, Unit: r.Unit, Provenance: r.Provenance, Note: r.Terms}
	var from unit.Decimal
	for i, t := range r.Tiers {
		upTo := quantity
		if !t.UpTo.IsZero() && t.UpTo.Cmp(quantity) < 0 {
			upTo = t.UpTo
		}
		if upTo.Cmp(from) > 0 || i == 0 {
			line.Item, line.Quantity, line.UnitPrice = r.Item+tierName(i, from, t), upTo.Sub(from), t.Price
			b.add(line)
		}
		from = upTo
	}
	if free := r.freeOf(quantity, opt); free.Sign() > 0 {
		line.Item, line.Quantity, line.UnitPrice = r.Item+", free allowance", free.Neg(), r.Tiers[0].Price
		b.add(line)
	}
	return b, nil
}

func (r Rate) freeOf(quantity unit.Decimal, opt PriceOptions) unit.Decimal {
	switch {
	case !opt.FreeTier && !r.AlwaysFree:
		return unit.Decimal{}
	case r.Free.Cmp(quantity) < 0:
		return r.Free
	}
	return quantity
}

func tierName(i int, from unit.Decimal, t Tier) string {
	switch {
	case !t.UpTo.IsZero() && i == 0:
		return ", first " + t.UpTo.Grouped()
	case !t.UpTo.IsZero():
		return ", up to " + t.UpTo.Grouped()
	case i > 0:
		return ", above " + from.Grouped()
	}
	return ""
}
