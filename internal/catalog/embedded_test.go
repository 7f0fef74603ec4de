package catalog

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files with what comes out now")

var embeddedOnce = sync.OnceValues(func() (*Catalog, error) { return Load(nil) })

// mustEmbedded returns the built-in catalogue.
func mustEmbedded(t testing.TB) *Catalog {
	t.Helper()
	c, err := embeddedOnce()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustLookup(t testing.TB, id string, class PriceClass, region string) Offer {
	t.Helper()
	o, err := mustEmbedded(t).Lookup(id, class, region)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; see what changed with: go test ./internal/catalog -update && git diff\ngot:\n%s", path, got)
	}
}

// TestEmbeddedOffers holds every price of the built-in catalogue in a file that
// a change of a price has to change as well.
func TestEmbeddedOffers(t *testing.T) {
	var b strings.Builder
	for _, o := range mustEmbedded(t).Offers() {
		fmt.Fprintf(&b, "%s %s %s\n", o.Key(), o.Region, o.Confidence())
		for _, r := range o.Rates {
			for _, tier := range r.Tiers {
				fmt.Fprintf(&b, "    %s %s/%s %s %s\n", r.Meter, tier.Price, r.Unit, dateText(r.AsOf), r.Confidence)
			}
		}
	}
	golden(t, "offers.golden", b.String())
}

// TestEmbeddedIsComplete checks of every offer what planning on it needs.
func TestEmbeddedIsComplete(t *testing.T) {
	c := mustEmbedded(t)
	keys := map[string]bool{}
	for _, o := range c.Offers() {
		key := o.Key()
		if keys[key] {
			t.Errorf("%s: a second offer of this key", key)
		}
		keys[key] = true
		back, err := c.Lookup(key, "", "")
		if err != nil || back.Key() != key {
			t.Errorf("Lookup(%q) = %s, %v", key, back.Key(), err)
		}
		if _, ok := c.Cluster(o.Cluster); o.Kind == KindNode && !ok {
			t.Errorf("%s: a node without the fixed cost of its cluster", key)
		}
		if o.Kind != KindNode && o.Unplannable == "" && (o.Billing.Step <= 0 || o.Billing.IdleHold <= 0 && o.Billing.MinInstances == 0) {
			t.Errorf("%s: without a billing step or an idle hold", key)
		}
		if o.Hardware.Source == "" && !o.Separate && o.Kind == KindNode {
			t.Errorf("%s: does not say where its hardware is from", key)
		}
		for _, r := range o.Rates {
			checkCitation(t, key, r.Provenance)
		}
	}
	for _, set := range c.Clusters() {
		for _, item := range set.Items {
			checkCitation(t, set.ID, item.Rate.Provenance)
		}
	}
	for _, r := range c.NotSold() {
		checkCitation(t, r.ID, r.Provenance)
	}
}

// checkCitation wants a citation that a reader can follow.
func checkCitation(t *testing.T, what string, p Provenance) {
	t.Helper()
	if len(p.Source) < 20 || strings.Contains(p.Source, "index id") {
		t.Errorf("%s: expected a citation spelled out, got %q", what, p.Source)
	}
	if p.AsOf.IsZero() && p.Confidence != Low {
		t.Errorf("%s: undated, but of %s confidence", what, p.Confidence)
	}
	if p.AsOf.After(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%s: dated %s, after the catalogue was made", what, dateText(p.AsOf))
	}
}

func TestEmbeddedGPUs(t *testing.T) {
	c := mustEmbedded(t)
	for _, kind := range []string{
		"T4", "L4", "A10", "A10G", "L40S", "A100-40", "A100-80", "H100", "H100 NVL", "H200", "B200", "RTX PRO 6000", "RTX-A6000", "RTX 4090",
	} {
		if g, ok := c.GPU(strings.ToLower(kind)); !ok || g.Kind != kind {
			t.Errorf("GPU(%q) = %+v, %t", strings.ToLower(kind), g, ok)
		}
	}
	if _, ok := c.GPU("Inferentia2"); ok {
		t.Error("Inferentia2 is not a GPU")
	}
	if o := mustLookup(t, "aws/ec2/inf2.xlarge", "", ""); o.Hardware.GPU != "" || o.Hardware.Arch != "inf2" || o.Unplannable == "" {
		t.Errorf("inf2.xlarge: %+v, %q", o.Hardware, o.Unplannable)
	}
}
