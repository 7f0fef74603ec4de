package main

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/catalog"
)

// Hosts by which a platform that bills requests is known. The name of a Cloud Run service does not say its region.
var (
	functionURL = regexp.MustCompile(`^[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.on\.aws$`)
	runURL      = regexp.MustCompile(`^[a-z0-9.-]+\.run\.app$`)
)

// timeMeters are what a request's time is counted in.
var timeMeters = map[catalog.Meter]bool{catalog.FunctionTime: true, catalog.VCPUTime: true, catalog.MemoryTime: true}

// costText says what requests to a URL cost where the catalogue knows it; "" where it does not. How long they take and with
// how much memory is not known before: that price stands beside, by its unit.
func costText(c *catalog.Catalog, target string, requests int64) string {
	id, region := pricedBy(target)
	if id == "" {
		return ""
	}
	offer, err := c.Lookup(id, catalog.OnDemand, region)
	if err != nil {
		if offer, err = c.Lookup(id, catalog.OnDemand, ""); err != nil {
			return "" // not in this catalogue
		}
	}
	bill, err := offer.Price(catalog.Usage{catalog.Requests: requests}, catalog.PriceOptions{})
	if err != nil {
		return ""
	}
	text := fmt.Sprintf("as %s in %s: %s USD for the requests", offer.ID, offer.Region, bill.Total.Decimal)
	var onTop []string
	for _, r := range offer.Rates {
		if timeMeters[r.Meter] && len(r.Tiers) > 0 {
			onTop = append(onTop, fmt.Sprintf("%s USD per %s", r.Tiers[0].Price, r.Unit))
		}
	}
	if len(onTop) > 0 {
		text += ", and on top of that their time, which is not known before: " + strings.Join(onTop, " and ")
	}
	if day := bill.OldestPrice(); !day.IsZero() {
		text += fmt.Sprintf(" (prices of %s, without free allowances)", day.Format(time.DateOnly))
	}
	return text
}

// pricedBy is the offer that a URL is billed as, and its region; "" where it does not say.
func pricedBy(target string) (id, region string) {
	u, err := url.Parse(target)
	if err != nil {
		return "", ""
	}
	if u.Scheme == "lambda" {
		return "aws/lambda/x86", u.Query().Get("region")
	}
	if m := functionURL.FindStringSubmatch(u.Hostname()); m != nil {
		return "aws/lambda/x86", m[1]
	}
	if runURL.MatchString(u.Hostname()) {
		return "gcp/cloud-run/request", ""
	}
	return "", ""
}
