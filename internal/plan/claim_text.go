package plan

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
)

// Verdict says in words whether a claim holds.
func (r ClaimResult) Verdict() string {
	if r.Holds {
		return "holds"
	}
	return "does not hold"
}

// Said is the range that is claimed, in words: 100 to 110 $.
func (r ClaimResult) Said() string {
	low, high := r.number(r.Low), r.number(r.High)
	switch {
	case r.Kind == IsSold:
		return "sold"
	case r.High == nil:
		return "at least " + low + r.suffix()
	case r.Low == nil:
		return "at most " + high + r.suffix()
	case low == high:
		return low + r.suffix()
	}
	return low + " to " + high + r.suffix()
}

// ComesOut is the figure, in words: 100.60 $.
func (r ClaimResult) ComesOut() string {
	switch {
	case r.Kind == IsSold && r.Holds:
		return "sold"
	case r.Kind == IsSold:
		return "not sold"
	case r.Got == nil:
		return ""
	}
	got := r.shown()
	switch r.Unit {
	case unitUSD:
		return unit.USD(got).Dollars() + r.suffix()
	case unitShare:
		return fmt.Sprintf("%.2f", got.Mul(unit.NewDecimal(100, 0)).Float64()) + r.suffix()
	}
	return r.number(&got) + r.suffix()
}

// Refusal says why what the claim is about is not sold, with the source; "" when it is.
func (r ClaimResult) Refusal() string {
	if r.Reason == "" {
		return ""
	}
	return fmt.Sprintf("Not sold: %s [%s]", r.Reason, r.Source)
}

// number writes a bound without its unit.
func (r ClaimResult) number(d *unit.Decimal) string {
	switch {
	case d == nil:
		return ""
	case r.Unit == unitShare:
		return d.Mul(unit.NewDecimal(100, 0)).Grouped()
	}
	return d.Grouped()
}

func (r ClaimResult) suffix() string {
	switch r.Unit {
	case unitUSD:
		return " $"
	case unitShare:
		return " %"
	}
	return " s"
}
