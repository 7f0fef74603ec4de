package fidelity

import "math"

// Tolerance is the share of the expected figure by which a simulated mean may be
// off, unless its confidence interval is wider.
const Tolerance = 0.005

// Row is one compared number.
type Row struct {
	Group    string `json:"group"`
	Case     string `json:"case"`
	Quantity string `json:"quantity"`
	// Unit is that of all numbers of the row: s, USD, or nothing for shares and counts.
	Unit string `json:"unit,omitempty"`

	// Expected and, for a printed range, ExpectedTo are the expected figures; Source says where they come from.
	Expected   float64 `json:"expected"`
	ExpectedTo float64 `json:"expectedTo,omitempty"`
	Source     string  `json:"source"`

	Got float64 `json:"got"`
	// ErrorPercent is the difference between Got and the expected figure, in percent of the latter; 0 if both are 0, and inside a range.
	ErrorPercent float64 `json:"errorPercent"`
	// HalfWidth is half of the 99 % confidence interval of Got; 0 if nothing is drawn at random.
	HalfWidth float64 `json:"halfWidth"`
	// Allowed is the difference at which the row would be off.
	Allowed float64 `json:"allowed"`
	OK      bool    `json:"ok"`
}

// IsRange reports whether the expected figure was printed as a range.
func (r Row) IsRange() bool { return r.ExpectedTo != 0 }

// judge fills in the error, and whether it is small enough.
func (r Row) judge() Row {
	off := r.Got - r.Expected
	if r.IsRange() {
		off = math.Max(0, r.Got-r.ExpectedTo) + math.Min(0, off)
	}
	if r.ErrorPercent = 0; off != 0 {
		r.ErrorPercent = 100 * off / math.Abs(r.Expected)
	}
	if math.IsInf(r.ErrorPercent, 0) || math.IsNaN(r.ErrorPercent) {
		r.ErrorPercent = math.Copysign(100, off) // anything where nothing is expected; JSON has no infinity
	}
	r.OK = math.Abs(off) <= r.Allowed // not so where one of them is no number
	return r
}

// simulated judges a mean with its interval: it may be off by the tolerance or
// by the interval, whichever is wider. A figure that comes from another
// simulation has an interval of its own, which adds to it.
func (r Row) simulated(printedHalf float64) Row {
	r.Allowed = math.Max(Tolerance*math.Abs(r.Expected), r.HalfWidth+printedHalf)
	return r.judge()
}

// within judges a number without randomness.
func (r Row) within(allowed float64) Row {
	r.Allowed = allowed
	return r.judge()
}
