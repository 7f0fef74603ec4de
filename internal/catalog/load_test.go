package catalog

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// own is a directory of a user's with one file.
func own(text string) fstest.MapFS { return fstest.MapFS{"mine.yaml": {Data: []byte(text)}} }

const quote = `
provider: aws
sources:
  quote: {cite: a quotation of our own from the sales desk, asOf: 2026-11-01, confidence: high}
`

func TestOverrideAPrice(t *testing.T) {
	c, err := Load(own(quote + `
services:
  ec2:
    offers:
      g6.xlarge:
        prices:
          on-demand: {us-east-1: {usd: 0.5, source: quote}}
          1y: {eu-west-1: {usd: 0.4, source: quote}}
`))
	if err != nil {
		t.Fatal(err)
	}
	mine, err := c.Lookup("aws/ec2/g6.xlarge", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := mine.Rates[0]; got.Tiers[0].Price.String() != "0.5" || !strings.HasPrefix(got.Source, "a quotation") || mine.Hardware.GPU != "L4" || mine.Cluster != "aws/eks" {
		t.Errorf("%+v", mine)
	}
	// A saving stays a discount on the price on demand, which has become another.
	spot, err := c.Lookup("aws/ec2/g6.xlarge", Spot, "us-east-2")
	if err != nil || spot.Rates[0].Tiers[0].Price.String() != "0.21" {
		t.Errorf("spot: %+v, %v", spot.Rates, err)
	}
	year, err := c.Lookup("aws/ec2/g6.xlarge", Commit1Y, "")
	if err != nil || year.Region != "eu-west-1" || year.Key() != "aws/ec2/g6.xlarge@1y" {
		t.Errorf("1y: %s in %s, %v", year.Key(), year.Region, err)
	}
	if n, before := len(c.Offers()), len(mustEmbedded(t).Offers()); n != before+1 {
		t.Errorf("%d offers, %d before", n, before)
	}
}

func TestOverrideSettings(t *testing.T) {
	c, err := Load(own(`
provider: aws
services:
  lambda:
    limits: {quota: 5000}
    offers:
      arm:
        billing: {idleHold: 10m}
`))
	if err != nil {
		t.Fatal(err)
	}
	arm, err := c.Lookup("aws/lambda/arm", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if arm.Limits.Quota != 5000 || arm.Limits.Timeout.String() != "15m" || arm.Billing.IdleHold.String() != "10m" || arm.Billing.Step.String() != "1ms" {
		t.Errorf("%+v %+v", arm.Limits, arm.Billing)
	}
	x86, err := c.Lookup("aws/lambda/x86", "", "")
	if err != nil || x86.Limits.Quota != 5000 || x86.Billing.IdleHold.String() != "5m" {
		t.Errorf("%+v %+v %v", x86.Limits, x86.Billing, err)
	}
}

func TestAddAProvider(t *testing.T) {
	c, err := Load(fstest.MapFS{
		"README.md": {Data: []byte("not read")},
		"acme.yml": {Data: []byte(`
provider: acme
region: oslo
sources:
  list: {cite: acme price list of 2026-11-02, asOf: 2026-11-02, confidence: medium}
rates:
  egress: {item: egress, unit: GB, usd: 0.01, source: list}
  plane: {meter: cluster-time, item: control plane, unit: cluster-hour, usd: 0.2, source: list}
clusters:
  k8s: {name: acme clusters, items: [{rate: plane, held: 1}, {offer: acme/metal/big, held: 2}]}
notSold:
  metal/spot: {reason: acme sells no spot capacity, source: list}
services:
  metal:
    kind: node
    cluster: acme/k8s
    meter: node-time
    unit: instance-hour
    offers:
      big: {gpu: hopper, gpus: 2, vcpu: 32, memory: 256GiB, prices: {on-demand: {oslo: {usd: 9.5, source: list}}}}
`)},
		"gpus.yaml": {Data: []byte(`
gpus:
  Hopper: {memory: 96GiB, bandwidth: 4000, tflops: 900, capability: "9.0", cuda: "11.8", tensorrt: "8.5", source: a datasheet}
`)},
	})
	// The embedded files name no such GPU, but a user's file may come after the offer that needs it.
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.Lookup("acme/metal/big", "", "oslo")
	if err != nil || o.Hardware.GPU != "Hopper" || o.Confidence() != Medium {
		t.Errorf("%+v, %v", o, err)
	}
	set, ok := c.Cluster("acme/k8s")
	b, err := set.Bill(1, true)
	if !ok || err != nil || b.Total.Dollars() != "14,016.00" { // 730 x (0.2 + 2 x 9.5)
		t.Errorf("%+v, %v", b, err)
	}
	if _, err := c.Lookup("acme/metal/spot", "", ""); err == nil || !strings.Contains(err.Error(), "acme sells no spot") {
		t.Errorf("error: %v", err)
	}
}

// TestAnchors: what is said once stands wherever its alias is.
func TestAnchors(t *testing.T) {
	c, err := Load(own(quote + `
services:
  ec2:
    offers:
      mine.large: {vcpu: 2, memory: 8GiB, prices: &prices {on-demand: {us-east-1: {usd: 1, source: quote}}}}
      mine.small: {vcpu: 1, memory: 4GiB, prices: *prices}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"aws/ec2/mine.large", "aws/ec2/mine.small"} {
		if o, err := c.Lookup(id, "", ""); err != nil || o.Rates[0].Tiers[0].Price.String() != "1" {
			t.Errorf("%s: %+v, %v", id, o.Rates, err)
		}
	}
}

// TestInvalidFiles has each kind of mistake with its message.
func TestInvalidFiles(t *testing.T) {
	offer := func(body string) string {
		return quote + "services:\n  ec2:\n    offers:\n      mine.large:\n        vcpu: 2\n        memory: 8GiB\n" + body
	}
	price := func(rate string) string {
		return offer("        prices: {on-demand: {us-east-1: {" + rate + "}}}\n")
	}
	cases := []struct{ name, text string }{
		{"unknown field", offer("        memmory: 8GiB\n")},
		{"memory without unit", quote + "services:\n  ec2:\n    offers:\n      mine.large: {vcpu: 2, memory: 8}\n"},
		{"negative price", price("usd: -0.1, source: quote")},
		{"price is no number", price("usd: cheap, source: quote")},
		{"price is not a number", price("usd: NaN, source: quote")},
		{"price of too many digits", price("usd: 1e-999999999, source: quote")},
		{"unknown unit", price("usd: 0.1, unit: instance-hours, source: quote")},
		{"unit that does not suit the meter", price("usd: 0.1, unit: gpu-hour, source: quote")},
		{"unknown meter", price("usd: 0.1, meter: node-tme, source: quote")},
		{"unknown source", price("usd: 0.1, source: qoute")},
		{"no source", price("usd: 0.1")},
		{"bad date", price("usd: 0.1, source: quote, asOf: 1 May 2026")},
		{"bad confidence", price("usd: 0.1, source: quote, confidence: certain")},
		{"undated", "provider: aws\nsources:\n  s: {cite: a list without a date, confidence: high}\nservices:\n  ec2:\n    offers:\n      mine.large: {vcpu: 2, memory: 8GiB, prices: {on-demand: {us-east-1: {usd: 1, source: s}}}}\n"},
		{"no price", price("source: quote")},
		{"two prices", price("usd: 0.1, saving: 0.5, source: quote")},
		{"saving on nothing", offer("        prices: {spot: {us-east-1: {saving: 0.5, source: quote}}}\n")},
		{"saving of more than all", offer("        prices: {on-demand: {us-east-1: {usd: 1, source: quote}}, spot: {us-east-1: {saving: 49, source: quote}}}\n")},
		{"unknown price class", offer("        prices: {spott: {us-east-1: {usd: 1, source: quote}}}\n")},
		{"prices and rates", offer("        prices: {on-demand: {us-east-1: {usd: 1, source: quote}}}\n        rates: {node-time: {usd: 1, unit: hour, source: quote}}\n")},
		{"neither prices nor rates", offer("")},
		{"tiers that fall", offer("        rates:\n          node-time:\n            unit: instance-hour\n            source: quote\n            tiers: [{upTo: 10, usd: 1}, {upTo: 5, usd: 0.5}, {usd: 0.1}]\n")},
		{"last tier with an end", offer("        rates:\n          node-time:\n            unit: instance-hour\n            source: quote\n            tiers: [{upTo: 10, usd: 1}]\n")},
		{"free allowance beyond the first tier", offer("        rates:\n          node-time:\n            unit: instance-hour\n            source: quote\n            free: 11\n            tiers: [{upTo: 10, usd: 1}, {usd: 0.5}]\n")},
		{"unknown GPU", quote + "services:\n  ec2:\n    offers:\n      mine.large: {gpu: A100-8, vcpu: 2, memory: 8GiB, prices: {on-demand: {us-east-1: {usd: 1, source: quote}}}}\n"},
		{"GPUs without a kind", quote + "services:\n  ec2:\n    offers:\n      mine.large: {gpus: 2, vcpu: 2, memory: 8GiB, prices: {on-demand: {us-east-1: {usd: 1, source: quote}}}}\n"},
		{"unknown architecture", quote + "services:\n  ec2:\n    offers:\n      mine.large: {arch: mips, vcpu: 2, memory: 8GiB, prices: {on-demand: {us-east-1: {usd: 1, source: quote}}}}\n"},
		{"unknown kind", "provider: aws\nservices:\n  mine: {kind: pod}\n"},
		{"unknown cluster", "provider: aws\nservices:\n  ec2: {cluster: aws/ekss}\n"},
		{"name with a slash", quote + "services:\n  ec2:\n    offers:\n      a/b: {vcpu: 2, memory: 8GiB, prices: {on-demand: {us-east-1: {usd: 1, source: quote}}}}\n"},
		{"variant of a meter that is not there", quote + "services:\n  lambda:\n    offers:\n      x86: {variants: {spot: {us-east-1: {rates: {gpu-time: {usd: 1, source: quote}}}}}}\n"},
		{"included although priced", "provider: aws\nservices:\n  lambda: {included: {requests: free}}\n"},
		{"included meter unknown", "provider: aws\nincluded: {egres: free}\n"},
		{"bad limits", "provider: aws\nservices:\n  lambda: {limits: {timeout: 900}}\n"},
		{"bad billing", "provider: aws\nservices:\n  lambda: {billing: {stepp: 1ms}}\n"},
		{"cluster item without amount", "provider: aws\nclusters: {mine: {items: [{rate: eks}]}}\n"},
		{"cluster item of unknown rate", "provider: aws\nclusters: {mine: {items: [{rate: alb-lcuu, held: 1}]}}\n"},
		{"cluster item of unknown offer", "provider: aws\nclusters: {mine: {items: [{offer: aws/ec2/t3.medum, held: 1}]}}\n"},
		{"cluster item that is not held", "provider: aws\nclusters: {mine: {items: [{rate: egress, held: 1}]}}\n"},
		{"cluster item beyond the meter", "provider: aws\nclusters: {mine: {items: [{rate: gp3, quantity: 1e30}]}}\n"},
		{"empty cluster", "provider: aws\nclusters: {mine: {name: nothing}}\n"},
		{"refusal without a reason", "provider: aws\nnotSold: {ec2/tpu: {source: S1}}\n"},
		{"no provider", "services: {ec2: {kind: node}}\n"},
		{"provider with a slash", "provider: a/b\n"},
		{"duplicate field", "provider: aws\nprovider: aws\n"},
		{"list for a mapping", "provider: aws\nservices: [ec2]\n"},
		{"mapping for a value", "provider: {name: aws}\n"},
		{"nothing for a value", "provider: aws\nregion:\n"},
		{"unknown anchor", "provider: aws\nservices: *all\n"},
		{"several documents", "provider: aws\n---\nprovider: gcp\n"},
		{"not YAML", "provider: [aws\n"},
		{"empty file", ""},
		{"not UTF-8", "provider: \xff\n"},
		{"GPU without memory", "gpus: {X1: {bandwidth: 1, tflops: 1, capability: '9', cuda: '11.8', tensorrt: '8', source: a datasheet}}\n"},
		{"GPU with a bad version", "gpus: {X1: {memory: 1GiB, bandwidth: 1, tflops: 1, capability: '9', cuda: eleven, tensorrt: '8', source: a datasheet}}\n"},
	}
	var b strings.Builder
	for _, c := range cases {
		_, err := Load(own(c.text))
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		fmt.Fprintf(&b, "== %s\n%v\n", c.name, err)
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("an empty directory: no error")
	}
	if _, err := Load(own(strings.Repeat("# ", maxFileSize))); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("a file that is too large: %v", err)
	}
	golden(t, "invalid.golden", b.String())
}

// FuzzLoad lays a file over a small catalogue: whatever loads can be used, and nothing panics.
func FuzzLoad(f *testing.F) {
	const base = quote + `
region: us-east-1
rates: {plane: {meter: cluster-time, unit: cluster-hour, usd: 0.1, source: quote}}
clusters: {k8s: {items: [{rate: plane, held: 1}]}}
services:
  ec2:
    kind: node
    cluster: aws/k8s
    meter: node-time
    unit: instance-hour
    offers: {big: {vcpu: 4, memory: 16GiB, prices: {on-demand: {us-east-1: {usd: 1, source: quote}}}}}
`
	for _, name := range []string{"koyeb.yaml", "gpus.yaml"} {
		data, err := embedded.ReadFile("data/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(base))
	f.Add([]byte(quote + "services: {ec2: {offers: {x: {vcpu: 1, memory: 1GiB, prices: {spot: {r: {saving: 0.5, source: quote}}}}}}}"))
	f.Add([]byte(quote + "services: {f: {kind: function, limits: {quota: 5}, offers: {x: {memoryPerVCPU: 1GB, memory: 1GiB, rates: {requests: {unit: request, source: quote, free: 3, tiers: [{upTo: 5, usd: 1}, {usd: 2}]}}, variants: {3y: {r: {rates: {requests: {saving: 0.1, source: quote}}}}}}}}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := reader{providers: map[string]*provider{}, gpus: map[string]*gpuRecord{}}
		if err := r.file("base.yaml", []byte(base)); err != nil {
			t.Fatal(err)
		}
		if err := r.file("fuzz.yaml", data); err != nil {
			return
		}
		c, err := r.build()
		if err != nil {
			return
		}
		useAll(t, c)
	})
}

// useAll looks up and prices everything.
func useAll(t *testing.T, c *Catalog) {
	for _, o := range c.Offers() {
		if found, err := c.Lookup(o.Key(), "", ""); err != nil || found.Key() != o.Key() {
			t.Fatalf("%s: %s, %v", o.Key(), found.Key(), err)
		}
		u := Usage{}
		for _, m := range o.meters() {
			u[m] = 1 << 50
		}
		if b, err := o.Price(u, PriceOptions{FreeTier: true}); err != nil || b.Total.Sign() < 0 {
			t.Fatalf("%s: %s, %v", o.Key(), b.Total, err)
		}
	}
	for _, set := range c.Clusters() {
		if _, err := set.Bill(3, true); err != nil {
			t.Fatalf("%s: %v", set.ID, err)
		}
	}
}
