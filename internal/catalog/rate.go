package catalog

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// Confidence says how far a figure can be trusted.
type Confidence string

// The levels of confidence: high is generated from a vendor's price API or a
// dated reading of its page that others agree with, medium one third party's
// reading, low undated, conflicting or derived.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Provenance says where a figure comes from and when it was true.
type Provenance struct {
	// Source is the citation, spelled out.
	Source string `json:"source"`
	// AsOf is the day on which the figure was read; zero when unknown.
	AsOf time.Time `json:"asOf,omitzero"`
	// Confidence is how far it can be trusted.
	Confidence Confidence `json:"confidence"`
}

// Rate is the price of one meter of an offer.
type Rate struct {
	// Meter is what is counted.
	Meter Meter `json:"meter"`
	// Item names the line on a bill.
	Item string `json:"item"`
	// Unit is the provider's pricing unit, such as GB-second; it must be one that the meter can be priced in.
	Unit Unit `json:"unit"`
	// Tiers are the prices per unit, by monthly quantity, in rising order; most rates have one.
	Tiers []Tier `json:"tiers"`
	// Free is the monthly free allowance, in pricing units. It counts only on request (free tier), except where Always is set.
	Free unit.Decimal `json:"free,omitzero"`
	// AlwaysFree applies Free whether or not the free tier is requested.
	AlwaysFree bool `json:"alwaysFree,omitempty"`
	// Terms are the provider's conditions in a few words.
	Terms string `json:"terms,omitempty"`
	// Provenance of the price.
	Provenance
}

// Tier is a price up to a monthly quantity.
type Tier struct {
	// UpTo is the cumulative quantity at which the tier ends, in pricing units; zero on the last.
	UpTo unit.Decimal `json:"upTo,omitzero"`
	// Price is USD per pricing unit.
	Price unit.Decimal `json:"price"`
}
