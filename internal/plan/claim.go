package plan

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// ClaimKind is what a claim is about.
type ClaimKind string

// The kinds of claim.
const (
	// BillOfUsage is a month's use of an offer, or a cluster's fixed cost; USD.
	BillOfUsage ClaimKind = "bill"
	// NodePrice is a node of a price that no catalogue has; USD a month.
	NodePrice ClaimKind = "node"
	// PriceRatio is the utilisation of a node at which serverless costs the same; a share.
	PriceRatio ClaimKind = "ratio"
	// ClassSaving is how much less a price class costs than on demand; a share.
	ClassSaving ClaimKind = "saving"
	// BillingStep is the time that bills are rounded up to; seconds.
	BillingStep ClaimKind = "step"
	// IsSold is whether something is sold.
	IsSold ClaimKind = "sold"
)

// The units of what is claimed.
const (
	unitUSD     = "USD"
	unitShare   = "share"
	unitSeconds = "s"
)

// ClaimResult is a claim beside what comes out.
type ClaimResult struct {
	Says    string    `json:"says"`
	Because string    `json:"because,omitempty"`
	Kind    ClaimKind `json:"kind"`
	// Low and High bound what is claimed, Got is what comes out, in Unit: USD (a month), share or s. None of them with sold.
	Low  *unit.Decimal `json:"low,omitempty"`
	High *unit.Decimal `json:"high,omitempty"`
	Got  *unit.Decimal `json:"got,omitempty"`
	Unit string        `json:"unit,omitempty"`
	// Holds says whether what comes out, rounded as ComesOut shows it, lies in the range.
	Holds bool `json:"holds"`
	// Lines are the bill: of a ratio the node's month, of a saving the price class's.
	Lines []catalog.Line `json:"lines,omitempty"`
	// Against are the lines that a ratio or a saving is formed with: one serverless instance at work all month, or the
	// month on demand. PerNode is how many of these make up a node in a ratio.
	Against []catalog.Line `json:"against,omitempty"`
	PerNode float64        `json:"perNode,omitempty"`
	// Reason and Source say why something is not sold.
	Reason string `json:"reason,omitempty"`
	Source string `json:"source,omitempty"`
	// OldestPrice is the date of the oldest price that it rests on; zero when one is undated or there is none.
	OldestPrice time.Time `json:"oldestPrice,omitzero"`
}

// CheckClaims prices the claims of a model by a catalogue, without simulating
// anything. An error names the claim that cannot be priced: an unknown offer,
// or a usage that its offer does not sell.
func CheckClaims(spec *v1alpha1.ModelSpec, cat *catalog.Catalog) ([]ClaimResult, error) {
	var results []ClaimResult
	for i, c := range spec.Claims {
		r := ClaimResult{Says: c.Says, Because: c.Because, Low: c.Low, High: c.High}
		if err := r.check(c, cat); err != nil {
			var wrong *catalog.AskError
			if errors.As(err, &wrong) {
				return nil, fmt.Errorf("spec.claims[%d].%s.%s: %s", i, r.Kind, claimField(wrong.Field), wrong.Problem)
			}
			return nil, fmt.Errorf("spec.claims[%d].%s: %w", i, r.Kind, err)
		}
		results = append(results, r)
	}
	return results, nil
}

// check fills in what comes out of a claim.
func (r *ClaimResult) check(c v1alpha1.Claim, cat *catalog.Catalog) error {
	var err error
	switch {
	case c.Bill != nil:
		err = r.bill(*c.Bill, cat)
	case c.Node != nil:
		r.node(*c.Node)
	case c.Ratio != nil:
		err = r.ratio(*c.Ratio, cat)
	case c.Saving != nil:
		err = r.saving(*c.Saving, cat)
	case c.Step != nil:
		err = r.step(*c.Step, cat)
	case c.Sold != nil:
		err = r.sold(*c.Sold, cat)
	default:
		err = errors.New("expected one of bill, node, ratio, saving, step and sold")
	}
	if err == nil && r.Got != nil {
		r.Holds = r.inRange()
	}
	r.OldestPrice = catalog.Bill{Lines: append(append([]catalog.Line{}, r.Lines...), r.Against...)}.OldestPrice()
	return err
}

// claimField is the field of a claim that an Ask was refused for.
func claimField(askField string) string {
	if askField == "provisionedHours" {
		return "hours"
	}
	return askField
}

// set records what comes out.
func (r *ClaimResult) set(got unit.Decimal, in string) { r.Got, r.Unit = &got, in }

// shown is what comes out, rounded as it is shown and compared: to cents, to
// hundredths of a per cent, to nanoseconds.
func (r *ClaimResult) shown() unit.Decimal {
	switch r.Unit {
	case unitUSD:
		return r.Got.Round(2)
	case unitShare:
		return r.Got.Round(4)
	}
	return *r.Got
}

func (r *ClaimResult) inRange() bool {
	got := r.shown()
	return (r.Low == nil || got.Cmp(*r.Low) >= 0) && (r.High == nil || got.Cmp(*r.High) <= 0)
}
