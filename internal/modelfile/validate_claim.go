package modelfile

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// maxSays keeps a claim within a line of a table.
const maxSays = 100

// validateClaim checks a claim by itself. Whether its offers exist, and sell what is
// asked of them, only the catalogue knows: plan checks it.
func validateClaim(c *v1alpha1.Claim, r *strictyaml.Report, path string) {
	says := strictyaml.FieldPath(path, "says")
	if strings.ContainsAny(c.Says, "\n\t") {
		r.Reject(says, "expected one line without tabs: put the rest into because")
	} else if n := utf8.RuneCountInString(c.Says); n > maxSays {
		r.Reject(says, fmt.Sprintf("expected at most %d characters, got %d: put the rest into because", maxSays, n))
	}
	validateClaimKind(c, r, path)
	validateClaimRange(c, r, path)
	for _, o := range claimedOffers(c) {
		if strings.ContainsAny(o.id, "* \t\n") {
			r.Reject(strictyaml.FieldPath(path, o.field), fmt.Sprintf("expected a catalogue id such as aws/ec2/g6.xlarge, got %s", strictyaml.Quoted(o.id)))
		}
	}
	if c.Bill != nil {
		validateBillClaim(c.Bill, r, strictyaml.FieldPath(path, "bill"))
	}
	if c.Ratio != nil && c.Ratio.Nodes > 0 && c.Ratio.Fixed == "" {
		r.Reject(strictyaml.FieldPath(path, "ratio.nodes"), "needs fixed: which cost the nodes share", strictyaml.FieldPath(path, "ratio.fixed"))
	}
}

// claimKinds names what the claim is about.
func claimKinds(c *v1alpha1.Claim) []string {
	var names []string
	for _, k := range []struct {
		name  string
		given bool
	}{
		{"bill", c.Bill != nil},
		{"node", c.Node != nil},
		{"ratio", c.Ratio != nil},
		{"saving", c.Saving != nil},
		{"step", c.Step != nil},
		{"sold", c.Sold != nil},
	} {
		if k.given {
			names = append(names, k.name)
		}
	}
	return names
}

func validateClaimKind(c *v1alpha1.Claim, r *strictyaml.Report, path string) {
	switch kinds := claimKinds(c); len(kinds) {
	case 0:
		r.Reject(path, "expected what the claim is about: one of bill, node, ratio, saving, step and sold")
	case 1:
	default:
		r.Reject(path, fmt.Sprintf("expected one of bill, node, ratio, saving, step and sold, got %s: give each a claim of its own", strings.Join(kinds, " and ")))
	}
}

func validateClaimRange(c *v1alpha1.Claim, r *strictyaml.Report, path string) {
	low, high := strictyaml.FieldPath(path, "low"), strictyaml.FieldPath(path, "high")
	switch {
	case c.Sold != nil && c.Low != nil:
		r.Reject(low, "has no effect with sold, which is or is not: leave it out", strictyaml.FieldPath(path, "sold"))
	case c.Sold != nil && c.High != nil:
		r.Reject(high, "has no effect with sold, which is or is not: leave it out", strictyaml.FieldPath(path, "sold"))
	case c.Sold == nil && c.Low == nil && c.High == nil && len(claimKinds(c)) > 0:
		r.Reject(path, "expected the range that is claimed: add low, high or both", low, high)
	case c.Low != nil && c.High != nil && c.High.Cmp(*c.Low) < 0:
		r.Reject(high, fmt.Sprintf("expected at least low, %s, got %s", c.Low, c.High), low)
	}
}

// claimedOffer is an offer that a claim names, by the path of its field.
type claimedOffer struct{ field, id string }

func claimedOffers(c *v1alpha1.Claim) []claimedOffer {
	var list []claimedOffer
	if c.Bill != nil {
		list = append(list, claimedOffer{"bill.offer", c.Bill.Offer})
	}
	if c.Ratio != nil {
		list = append(list, claimedOffer{"ratio.node.offer", c.Ratio.Node.Offer}, claimedOffer{"ratio.serverless.offer", c.Ratio.Serverless.Offer})
	}
	if c.Saving != nil {
		list = append(list, claimedOffer{"saving.offer", c.Saving.Offer})
	}
	if c.Step != nil {
		list = append(list, claimedOffer{"step.offer", c.Step.Offer})
	}
	if c.Sold != nil {
		list = append(list, claimedOffer{"sold.offer", c.Sold.Offer})
	}
	return list
}

func validateBillClaim(b *v1alpha1.BillClaim, r *strictyaml.Report, path string) {
	requests, duration, provisioned := strictyaml.FieldPath(path, "requests"), strictyaml.FieldPath(path, "duration"), strictyaml.FieldPath(path, "provisioned")
	switch {
	case float64(b.Requests) != math.Trunc(float64(b.Requests)):
		r.Reject(requests, fmt.Sprintf("expected a whole number such as 3M, got %v", float64(b.Requests)))
	case b.Requests > 0 && b.Duration == 0:
		r.Reject(requests, "needs duration: how long one request takes", duration)
	case b.Requests == 0 && b.Duration > 0:
		r.Reject(duration, "needs requests: how many a month", requests)
	}
	if b.OnProvisioned != nil && b.Provisioned == 0 {
		r.Reject(strictyaml.FieldPath(path, "onProvisioned"), "needs provisioned: how many environments are kept warm", provisioned)
	}
}
