package catalog

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
)

const priceRecords = "../../../shared/data/prices.json"

// priceRecord is one collected price.
type priceRecord struct {
	Provider, Service, SKU, Region, Unit, Terms, Confidence string
	USD                                                     *unit.Decimal
	Value                                                   *unit.Decimal
	AsOf                                                    string `json:"as_of"`
	Band                                                    string `json:"interruption_band"`
	GPU                                                     string
	Superseded                                              bool
}

// omission is why a record is not in the catalogue as it stands; "" when it has to be.
func omission(r priceRecord) string {
	switch {
	case r.Service == "EC2 Spot" && (r.SKU == "g6e.xlarge" || r.SKU == "gr6.4xlarge"):
		return "an undated snapshot beside a dated Spot Advisor saving of the same type and region: the dated one is taken"
	case r.Service == "EC2 reserved":
		return "of 2021 and with unclear terms: a hole of the catalogue, to be filled by the user"
	case r.Unit == "month" && r.USD.IsZero():
		return "a free tier: it is the allowance of the rates, tested with the bills"
	case r.Unit == "percent":
		return "a discount: it is the saving of the variants, tested below"
	}
	return ""
}

// TestAgainstCollectedPrices wants every collected price that is not superseded
// in the catalogue: amount, unit, date and confidence; for nodes also the SKU,
// class and region.
func TestAgainstCollectedPrices(t *testing.T) {
	data, err := os.ReadFile(priceRecords)
	if err != nil {
		t.Skip("the collected price records are not beside this repository: ", err)
	}
	var records []priceRecord
	if err := json.Unmarshal(data, &records); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, r := range records {
		if r.Superseded || omission(r) != "" {
			continue
		}
		checked++
		if !found(t, r) {
			t.Errorf("not in the catalogue: %+v, USD %v", r, r.USD)
		}
	}
	if checked < 350 {
		t.Errorf("only %d records checked", checked)
	}
}

func found(t *testing.T, r priceRecord) bool {
	c := mustEmbedded(t)
	if r.Service == "EC2 Spot Advisor" {
		return foundSaving(t, r)
	}
	for _, o := range c.Offers() {
		if o.Provider == r.Provider && sameOffer(o, r) && slices.ContainsFunc(o.Rates, func(rate Rate) bool { return sameRate(rate, r) }) {
			return true
		}
	}
	rate, ok := c.Egress(r.Provider)
	inClusters := slices.ContainsFunc(c.Clusters(), func(set ClusterCost) bool {
		return strings.HasPrefix(set.ID, r.Provider+"/") && slices.ContainsFunc(set.Items, func(i ClusterItem) bool { return sameRate(i.Rate, r) })
	})
	return inClusters || ok && sameRate(rate, r)
}

// foundSaving compares a spot saving with the spot and on-demand prices.
func foundSaving(t *testing.T, r priceRecord) bool {
	spot, err := mustEmbedded(t).Lookup("aws/ec2/"+r.SKU, Spot, r.Region)
	if err != nil {
		return false
	}
	onDemand := mustLookup(t, "aws/ec2/"+r.SKU, "", "").Rates[0].Tiers[0].Price
	left := unit.NewDecimal(100, 0).Sub(*r.Value).Mul(unit.NewDecimal(1, -2))
	return spot.InterruptionBand == r.Band && spot.Rates[0].Tiers[0].Price.Cmp(onDemand.Mul(left)) == 0 && dateText(spot.Rates[0].AsOf) == r.AsOf
}

// sameOffer compares SKU, class and region where the record names a machine.
func sameOffer(o Offer, r priceRecord) bool {
	if !slices.Contains([]string{"EC2", "EC2 Spot", "VM", "Compute Engine", "SageMaker real-time"}, r.Service) {
		return true
	}
	if strings.Contains(r.SKU, "accelerator") {
		return o.ID == "gcp/gce/n1-standard-4-t4"
	}
	class := OnDemand
	for prefix, c := range map[string]PriceClass{"spot": Spot, "1y": Commit1Y, "3y": Commit3Y} {
		if strings.HasPrefix(r.Terms, prefix) {
			class = c
		}
	}
	return o.SKU == r.SKU && o.PriceClass == class && o.Region == r.Region
}

func sameRate(rate Rate, r priceRecord) bool {
	same := func(tier Tier) bool { return r.USD != nil && tier.Price.Cmp(*r.USD) == 0 }
	unitOf := string(rate.Unit)
	if strings.Contains(r.SKU, "accelerator") && unitOf == "instance-hour" {
		unitOf = "gpu-hour" // one GPU in one instance
	}
	asOf := dateText(rate.AsOf)
	undated := r.AsOf == "unknown" && rate.AsOf.IsZero() && rate.Confidence == Low
	return slices.ContainsFunc(rate.Tiers, same) && unitOf == r.Unit && (undated || asOf == r.AsOf && string(rate.Confidence) == r.Confidence)
}

// TestFlexibleCommitment: 28 % and 46 % off instance-based Cloud Run.
func TestFlexibleCommitment(t *testing.T) {
	for class, want := range map[PriceClass]string{Commit1Y: "0.00001296", Commit3Y: "0.00000972"} {
		o := mustLookup(t, "gcp/cloud-run/instance", class, "")
		if got := o.Rates[0].Tiers[0].Price.String(); got != want {
			t.Errorf("%s: %s, want %s", o.Key(), got, want)
		}
	}
}
