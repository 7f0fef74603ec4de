package billing_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/billing"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// acme is the made-up provider of the tests of plan, with 4 GB of egress in the fixed cost of its cluster.
var acme = sync.OnceValue(func() *catalog.Catalog {
	data, err := os.ReadFile("../plan/testdata/acme/acme.yaml")
	if err != nil {
		panic(err)
	}
	text := strings.Replace(string(data), "{rate: egress, quantity: 300, traffic: true}", "{rate: egress, quantity: 4}", 1)
	cat, err := catalog.Load(fstest.MapFS{"acme.yaml": {Data: []byte(text)}})
	if err != nil {
		panic(err)
	}
	return cat
})

// terms are without free allowances, but those that everybody has, and with responses of 1 MB.
func terms() billing.Terms { return billing.Terms{Catalog: acme(), Response: 1e6} }

// arranged builds a service of one vCPU and 1 GiB on an offer.
func arranged(t testing.TB, key string, settings v1alpha1.Home) arrange.Arrangement {
	t.Helper()
	offer, err := acme().Lookup(key, "", "")
	if err != nil {
		t.Fatal(err)
	}
	service := v1alpha1.Service{Memory: 1024}
	for _, p := range []v1alpha1.Profile{{CPU: "x86"}, {GPU: "L4"}} {
		p.Fixed = &v1alpha1.FixedProfile{Duration: &v1alpha1.DurationDistribution{Mean: unit.Duration(time.Second)}}
		service.Profiles = append(service.Profiles, p)
	}
	a, err := arrange.Build(&v1alpha1.ModelSpec{Service: service}, offer, settings, acme())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// linesOf are the lines of bills as text, those of a later home after the name of its offer.
func linesOf(uses []billing.Use, bills []billing.Bill) string {
	var text strings.Builder
	for i, b := range bills {
		if len(bills) > 1 {
			fmt.Fprintf(&text, "%s\n", uses[i].Arrangement.Offer.ID)
		}
		for _, l := range b.Lines {
			fmt.Fprintf(&text, "%s: %s %s x %s\n", l.Item, l.Quantity, l.Unit, l.UnitPrice)
		}
		fmt.Fprintf(&text, "= %s\n", b.Total)
	}
	return text.String()
}
