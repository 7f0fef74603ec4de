package catalog

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
)

// drawOffer draws an offer of the built-in catalogue.
func drawOffer(t *rapid.T) Offer {
	c, err := embeddedOnce()
	if err != nil {
		t.Fatal(err)
	}
	return rapid.SampledFrom(c.Offers()).Draw(t, "offer")
}

// drawUsage draws a usage of the offer's meters, often beyond their tiers.
func drawUsage(t *rapid.T, o Offer) Usage {
	u := Usage{}
	for _, m := range o.meters() {
		u[m] = rapid.Int64Range(0, math.MaxInt64/4).Draw(t, string(m)) >> rapid.IntRange(0, 60).Draw(t, "shift")
	}
	return u
}

func drawPrice(t *rapid.T, o Offer, u Usage, free bool) Bill {
	b, err := o.Price(u, PriceOptions{FreeTier: free})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLawLinesSumToTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		b := drawPrice(t, o, drawUsage(t, o), rapid.Bool().Draw(t, "free"))
		sum := new(big.Rat)
		for _, l := range b.Lines {
			product := new(big.Rat).Mul(rational(t, l.Quantity), rational(t, l.UnitPrice))
			if product.Cmp(rational(t, l.Amount.Decimal)) != 0 {
				t.Fatalf("%s: %s x %s is not %s", l.Item, l.Quantity, l.UnitPrice, l.Amount)
			}
			sum.Add(sum, product)
		}
		if sum.Cmp(rational(t, b.Total.Decimal)) != 0 {
			t.Fatalf("lines sum to %s, total %s", sum, b.Total)
		}
		if b.Total.Sign() < 0 {
			t.Fatalf("a bill of %s", b.Total)
		}
	})
}

// rational reads a decimal by other means than the code under test.
func rational(t *rapid.T, d unit.Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		t.Fatalf("%q is no number", d)
	}
	return r
}

func TestLawDoublingPricesDoublesTheBill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		u, free := drawUsage(t, o), rapid.Bool().Draw(t, "free")
		once := drawPrice(t, o, u, free)
		two := unit.NewDecimal(2, 0)
		doubled := o
		doubled.Rates = nil
		for _, r := range o.Rates {
			tiers := make([]Tier, len(r.Tiers))
			for i, tier := range r.Tiers {
				tiers[i] = Tier{UpTo: tier.UpTo, Price: tier.Price.Mul(two)}
			}
			r.Tiers = tiers
			doubled.Rates = append(doubled.Rates, r)
		}
		if twice := drawPrice(t, doubled, u, free); twice.Total.Cmp(once.Total.Mul(two)) != 0 {
			t.Fatalf("%s at doubled prices, %s before", twice.Total, once.Total)
		}
	})
}

func TestLawMoreUsageNeverCostsLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		u, free := drawUsage(t, o), rapid.Bool().Draw(t, "free")
		before := drawPrice(t, o, u, free)
		u[rapid.SampledFrom(o.meters()).Draw(t, "meter")] += rapid.Int64Range(0, math.MaxInt64/4).Draw(t, "more")
		if after := drawPrice(t, o, u, free); after.Total.Less(before.Total) {
			t.Fatalf("%s, and %s for more", before.Total, after.Total)
		}
	})
}

// TestLawTiersAreContinuous: a little more usage costs a little more, also across the end of a tier.
func TestLawTiersAreContinuous(t *testing.T) {
	rate := mustLookup(t, "aws/lambda/x86", "", "").Rates[0]
	if rate.Meter != FunctionTime || len(rate.Tiers) != 3 {
		t.Fatalf("expected the tiers of Lambda's duration, got %+v", rate)
	}
	base, err := rate.Unit.Base(rate.Meter)
	if err != nil {
		t.Fatal(err)
	}
	for i, tier := range rate.Tiers[:2] {
		end := int64(tier.UpTo.Float64()) * base
		below, above := mustBill(t, rate, end), mustBill(t, rate, end+base)
		if step := above.Total.Minus(below.Total); step.Cmp(rate.Tiers[i+1].Price) != 0 {
			t.Errorf("the GB-second after %s costs %s, want %s", tier.UpTo, step, rate.Tiers[i+1].Price)
		}
		if len(below.Lines) != i+1 || len(above.Lines) != i+2 {
			t.Errorf("%d lines at %s, %d above", len(below.Lines), tier.UpTo, len(above.Lines))
		}
	}
	// 20,000 M GB-s: 6,000 M, 9,000 M and 5,000 M at the three prices.
	if b := mustBill(t, rate, 20_000_000_000*base); b.Total.String() != "301667.2" {
		t.Errorf("20,000 M GB-s cost %s, want 100000.2 + 135000 + 66667", b.Total)
	}
}

func mustBill(t *testing.T, r Rate, n int64) Bill {
	t.Helper()
	b, err := r.Bill(n, PriceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPriceRefusesWhatHasNoPrice(t *testing.T) {
	o := mustLookup(t, "aws/lambda/x86", "", "")
	for name, u := range map[string]Usage{
		"a meter that the offer does not price": {GPUTime: 1},
		"negative usage":                        {Requests: -1},
		"egress without the provider's rate":    {Egress: 1},
	} {
		if b, err := o.Price(u, PriceOptions{}); err == nil {
			t.Errorf("%s: priced at %s", name, b.Total)
		}
	}
	if b, err := o.Price(Usage{GPUTime: 0}, PriceOptions{}); err != nil || len(b.Lines) != 0 {
		t.Errorf("no usage: %+v, %v", b, err)
	}
	rate, ok := mustEmbedded(t).Egress("aws")
	if !ok {
		t.Fatal("no egress price of aws")
	}
	b, err := o.WithEgress(rate).Price(Usage{Egress: 300e9}, PriceOptions{})
	if err != nil || b.Total.Dollars() != "18.00" {
		t.Errorf("300 GB of egress: %s, %v", b.Total, err)
	}
}

// TestIncludedUsageIsShown: what costs nothing has a line that says why.
func TestIncludedUsageIsShown(t *testing.T) {
	b, err := mustLookup(t, "modal/functions/l4", "", "").Price(Usage{Requests: 1000}, PriceOptions{})
	if err != nil || len(b.Lines) != 1 || b.Lines[0].Note == "" || !b.Total.IsZero() {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestMonthlyUsage(t *testing.T) {
	for _, c := range []struct {
		n    int64
		span time.Duration
		want int64
	}{
		{100, unit.Month, 100},
		{1, 730 * time.Minute, 60},
		{1, 1461 * time.Hour, 0}, // 0.4997
		{1, 1460 * time.Hour, 1}, // 0.5 is rounded up
		{math.MaxInt64, unit.Month, math.MaxInt64},
		{1 << 60, 731 * time.Hour, 1151344320606016816}, // 2^60 x 730 / 731
	} {
		got, err := MonthlyUsage(Usage{Requests: c.n}, c.span)
		if err != nil || got[Requests] != c.want {
			t.Errorf("%d in %s: %d, %v; want %d", c.n, c.span, got[Requests], err, c.want)
		}
	}
	for _, c := range []struct {
		n    int64
		span time.Duration
	}{{1, 0}, {1, -time.Hour}, {-1, time.Hour}, {math.MaxInt64, 729 * time.Hour}, {math.MaxInt64, 1}} {
		if got, err := MonthlyUsage(Usage{Requests: c.n}, c.span); err == nil {
			t.Errorf("%d in %s: %v, want an error", c.n, c.span, got)
		}
	}
}

// TestLawMonthlyUsage compares with big rationals.
func TestLawMonthlyUsage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, math.MaxInt64).Draw(t, "n")
		span := rapid.Int64Range(1, math.MaxInt64).Draw(t, "span")
		want := new(big.Int).Mul(big.NewInt(n), big.NewInt(int64(unit.Month)))
		want.Mul(want, big.NewInt(2)).Add(want, big.NewInt(span)).Quo(want, new(big.Int).Mul(big.NewInt(2), big.NewInt(span)))
		got, err := MonthlyUsage(Usage{Requests: n}, time.Duration(span))
		switch {
		case want.IsInt64() && (err != nil || got[Requests] != want.Int64()):
			t.Fatalf("%d in %d: %v, %v; want %s", n, span, got, err, want)
		case !want.IsInt64() && err == nil:
			t.Fatalf("%d in %d: %v, want an overflow", n, span, got)
		}
	})
}

// TestClusterUntil: a part of a month costs that part, and the whole month what Bill says.
func TestClusterUntil(t *testing.T) {
	set, ok := mustEmbedded(t).Cluster("aws/eks")
	if !ok {
		t.Fatal("no set aws/eks")
	}
	whole, err := set.Bill(1, false)
	if err != nil {
		t.Fatal(err)
	}
	for elapsed, parts := range map[time.Duration]int64{0: 0, unit.Month / 4: 1, unit.Month / 2: 2, unit.Month: 4, 3 * unit.Month: 12} {
		until, err := set.Until(elapsed)
		if err != nil {
			t.Fatal(err)
		}
		got, err := until.Bill(1, false)
		if err != nil {
			t.Fatal(err)
		}
		if want := whole.Total.Mul(unit.NewDecimal(25*parts, -2)); got.Total.Round(6).Cmp(want.Round(6)) != 0 {
			t.Errorf("after %s a cluster of %s a month has cost %s, want %s", elapsed, whole.Total, got.Total, want)
		}
	}
	if _, err := set.Until(-time.Hour); err == nil {
		t.Error("a time before the start is billed")
	}
}
