package v1alpha1

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// maxSays keeps a claim within a line of a table.
const maxSays = 100

// validate checks a claim by itself. Whether its offers exist, and sell what is
// asked of them, only the catalogue knows: plan checks it.
func (c *Claim) validate(r *report, path string) {
	says := fieldPath(path, "says")
	if strings.ContainsAny(c.Says, "\n\t") {
		r.reject(says, "expected one line without tabs: put the rest into because")
	} else if n := utf8.RuneCountInString(c.Says); n > maxSays {
		r.reject(says, fmt.Sprintf("expected at most %d characters, got %d: put the rest into because", maxSays, n))
	}
	c.validateKind(r, path)
	c.validateRange(r, path)
	for _, o := range c.offers() {
		if strings.ContainsAny(o.id, "* \t\n") {
			r.reject(fieldPath(path, o.field), fmt.Sprintf("expected a catalogue id such as aws/ec2/g6.xlarge, got %s", quoted(o.id)))
		}
	}
	if c.Bill != nil {
		c.Bill.validate(r, fieldPath(path, "bill"))
	}
	if c.Ratio != nil && c.Ratio.Nodes > 0 && c.Ratio.Fixed == "" {
		r.reject(fieldPath(path, "ratio.nodes"), "needs fixed: which cost the nodes share", fieldPath(path, "ratio.fixed"))
	}
}

// kinds names what the claim is about.
func (c *Claim) kinds() []string {
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

func (c *Claim) validateKind(r *report, path string) {
	switch kinds := c.kinds(); len(kinds) {
	case 0:
		r.reject(path, "expected what the claim is about: one of bill, node, ratio, saving, step and sold")
	case 1:
	default:
		r.reject(path, fmt.Sprintf("expected one of bill, node, ratio, saving, step and sold, got %s: give each a claim of its own", strings.Join(kinds, " and ")))
	}
}

func (c *Claim) validateRange(r *report, path string) {
	low, high := fieldPath(path, "low"), fieldPath(path, "high")
	switch {
	case c.Sold != nil && c.Low != nil:
		r.reject(low, "has no effect with sold, which is or is not: leave it out", fieldPath(path, "sold"))
	case c.Sold != nil && c.High != nil:
		r.reject(high, "has no effect with sold, which is or is not: leave it out", fieldPath(path, "sold"))
	case c.Sold == nil && c.Low == nil && c.High == nil && len(c.kinds()) > 0:
		r.reject(path, "expected the range that is claimed: add low, high or both", low, high)
	case c.Low != nil && c.High != nil && c.High.Cmp(*c.Low) < 0:
		r.reject(high, fmt.Sprintf("expected at least low, %s, got %s", c.Low, c.High), low)
	}
}

// claimedOffer is an offer that a claim names, by the path of its field.
type claimedOffer struct{ field, id string }

func (c *Claim) offers() []claimedOffer {
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

func (b *BillClaim) validate(r *report, path string) {
	requests, duration, provisioned := fieldPath(path, "requests"), fieldPath(path, "duration"), fieldPath(path, "provisioned")
	switch {
	case float64(b.Requests) != math.Trunc(float64(b.Requests)):
		r.reject(requests, fmt.Sprintf("expected a whole number such as 3M, got %v", float64(b.Requests)))
	case b.Requests > 0 && b.Duration == 0:
		r.reject(requests, "needs duration: how long one request takes", duration)
	case b.Requests == 0 && b.Duration > 0:
		r.reject(duration, "needs requests: how many a month", requests)
	}
	if b.OnProvisioned != nil && b.Provisioned == 0 {
		r.reject(fieldPath(path, "onProvisioned"), "needs provisioned: how many environments are kept warm", provisioned)
	}
}
