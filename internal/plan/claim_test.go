package plan

import (
	"math/big"
	"os"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

func claimCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// checkFile returns the results of a model file's claims.
func checkFile(t *testing.T, data []byte) ([]ClaimResult, error) {
	t.Helper()
	m, err := modelfile.Load("claims.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return CheckClaims(&m.Spec, claimCatalog(t))
}

func articleClaims(t *testing.T) []ClaimResult {
	t.Helper()
	data, err := os.ReadFile("../../examples/article.yaml")
	if err != nil {
		t.Fatal(err)
	}
	list, err := checkFile(t, data)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// exactly reads a decimal as a rational number.
func exactly(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("no number: %q", text)
	}
	return r
}

// sumOfLines multiplies and adds the lines of a bill, exactly and rounded line by line to cents.
func sumOfLines(t *testing.T, lines []catalog.Line) (exact, cents *big.Rat) {
	t.Helper()
	exact, cents = new(big.Rat), new(big.Rat)
	for _, l := range lines {
		amount := new(big.Rat).Mul(exactly(t, l.Quantity.String()), exactly(t, l.UnitPrice.String()))
		if amount.Cmp(exactly(t, l.Amount.String())) != 0 {
			t.Errorf("%s: %s x %s is not %s", l.Item, l.Quantity, l.UnitPrice, l.Amount)
		}
		exact.Add(exact, amount)
		cents.Add(cents, exactly(t, amount.FloatString(2)))
	}
	return exact, cents
}

// TestArticleBills recomputes every bill of the article from its lines, and
// finds the published totals among them to the cent. The published 263.31 is the
// sum of lines rounded to cents; the exact sum is 263.301.
func TestArticleBills(t *testing.T) {
	missing := map[string]bool{
		"1606.00": true, "100.60": true, "93.73": true, "80.60": true, "75.07": true, "27.38": true, "54.75": true,
		"113.68": true, "263.31": true, "763.96": true,
	}
	for _, c := range articleClaims(t) {
		switch c.Kind {
		case BillOfUsage:
			exact, cents := sumOfLines(t, c.Lines)
			if exact.Cmp(exactly(t, c.Got.String())) != 0 {
				t.Errorf("%s: the lines add up to %s, not %s", c.Says, exact.FloatString(6), c.Got)
			}
			delete(missing, exact.FloatString(2))
			delete(missing, cents.FloatString(2))
		case NodePrice:
			delete(missing, exactly(t, c.Got.String()).FloatString(2))
		}
	}
	for total := range missing {
		t.Errorf("no bill of the article comes to %s $", total)
	}
}

// TestArticleRatios recomputes the tipping points from their lines, and holds
// them to the published ranges, in hundredths. Those of Lambda take 1.769 GB for
// a vCPU where AWS has 1769 MB, which are 1.7275 GB.
func TestArticleRatios(t *testing.T) {
	lambdaGB := new(big.Rat).Quo(big.NewRat(1769, 1024), exactly(t, "1.769"))
	seen := map[string]int{}
	for _, c := range articleClaims(t) {
		if c.Kind != PriceRatio {
			continue
		}
		node, _ := sumOfLines(t, c.Lines)
		other, _ := sumOfLines(t, c.Against)
		ratio := new(big.Rat).Quo(node, other.Mul(other, new(big.Rat).SetFloat64(c.PerNode)))
		if ratio.FloatString(6) != exactly(t, c.Got.String()).FloatString(6) {
			t.Errorf("%s: the lines give %s, not %s", c.Says, ratio.FloatString(6), c.Got)
		}
		for _, want := range []struct{ in, low, high string }{
			{"CPU c7i on demand", "0.42", "0.48"},
			{"CPU m7i on demand", "0.42", "0.48"},
			{"CPU c7i spot", "0.17", "0.19"},
			{"CPU m7i spot", "0.17", "0.19"},
			{"L4 g6 on demand", "0.68", "0.77"},
			{"L4 g2 on demand", "0.68", "0.77"},
			{"L4 with 1 year, Cloud Run", "0.43", "0.43"},
			{"L4 with 1 year, Modal", "0.44", "0.44"},
			{"L4 spot, Cloud Run", "0.38", "0.38"},
			{"L4 spot with control plane", "0.48", "0.48"},
			{"all fixed cost", "1.11", "1.11"},
			{"A100", "1.10", "1.35"},
			{"H100", "1.25", "1.50"},
		} {
			if !strings.Contains(c.Says, want.in) {
				continue
			}
			seen[want.in]++
			got := ratio
			if strings.Contains(want.in, "CPU") {
				got = new(big.Rat).Mul(ratio, lambdaGB)
			}
			rounded := exactly(t, got.FloatString(2))
			if rounded.Cmp(exactly(t, want.low)) < 0 || rounded.Cmp(exactly(t, want.high)) > 0 {
				t.Errorf("%s: %s, want %s to %s", c.Says, got.FloatString(4), want.low, want.high)
			}
		}
	}
	if len(seen) != 13 || seen["A100"] != 3 || seen["H100"] != 3 {
		t.Errorf("not every published ratio is in the article: %v", seen)
	}
}

// TestArticleVerdicts: under which assumptions the 40-50 % hold, and under which they do not.
func TestArticleVerdicts(t *testing.T) {
	holding := map[string]bool{}
	for _, c := range articleClaims(t) {
		if c.Kind == PriceRatio && c.Holds {
			holding[c.Says] = true
		}
		if c.Because == "" {
			t.Errorf("%s: no reason is given", c.Says)
		}
	}
	for _, want := range []string{
		"CPU c7i on demand, Lambda", "CPU m7i on demand, Lambda", "L4 with 1 year, Cloud Run", "L4 with 1 year, Modal", "L4 spot with control plane, Cloud Run",
	} {
		if !holding["tipping at 40-50 % ("+want+")"] {
			t.Errorf("40-50 %% do not hold for %s", want)
		}
	}
	if len(holding) != 5 {
		t.Errorf("40-50 %% hold for %v", holding)
	}
}

const claimHead = `apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: claims}
spec:
  traffic: {generator: {rate: 1/s, span: 1h}}
  service: {profiles: [{cpu: x86, fixed: {duration: 1s}}]}
  claims:
`

func TestClaims(t *testing.T) {
	for _, c := range []struct {
		name, claim, said, comes string
		holds                    bool
	}{
		{"lower bound met", "low: 1606.00, node: {hourly: 2.20}", "at least 1,606 $", "1,606.00 $", true},
		{"upper bound met", "high: 1606, node: {hourly: 2.20}", "at most 1,606 $", "1,606.00 $", true},
		{"lower bound missed by a cent", "low: 1606.01, node: {hourly: 2.20}", "at least 1,606.01 $", "1,606.00 $", false},
		{"upper bound missed by a cent", "high: 1605.99, node: {hourly: 2.20}", "at most 1,605.99 $", "1,606.00 $", false},
		{"cents as shown", "low: 27.38, high: 27.38, bill: {offer: aws/lambda/x86, memory: 512MB, provisioned: 5}", "27.38 $", "27.38 $", true},
		{"half a month", "low: 13.68, high: 13.69, bill: {offer: aws/lambda/x86, memory: 512MB, provisioned: 5, hours: 365}", "13.68 to 13.69 $", "13.69 $", true},
		{"half on provisioned", "low: 0, bill: {offer: aws/lambda/x86, memory: 1GB, requests: 3M, duration: 2s, provisioned: 5, onProvisioned: 50%}", "at least 0 $", "134.52 $", true},
		{"two nodes, ten hours, spot", "low: 0, bill: {offer: aws/ec2/g6.xlarge, priceClass: spot, region: us-east-2, hours: 10, instances: 2}", "at least 0 $", "6.76 $", true},
		{"as long as the requests take", "low: 0, bill: {offer: modal/functions/l4, requests: 3600, duration: 1s, memory: 16GiB, vcpu: 4}", "at least 0 $", "1.02 $", true},
		{"half the nodes share it", "low: 0, ratio: {node: {offer: gcp/gce/g2-standard-4, priceClass: spot}, serverless: {offer: gcp/cloud-run/l4}, fixed: control-plane, nodes: 2}", "at least 0 %", "42.75 %", true},
		{"percent as shown", "low: 0.59, high: 0.59, saving: {offer: aws/ec2/g5.xlarge, priceClass: spot}", "59 %", "59.00 %", true},
		{"another region", "low: 0.5, saving: {offer: aws/ec2/g6e.2xlarge, priceClass: spot, region: us-west-2}", "at least 50 %", "32.00 %", false},
		{"steps", "high: 0.1, step: {offer: gcp/cloud-run/l4}", "at most 0.1 s", "0.1 s", true},
		{"sold", "sold: {offer: gcp/cloud-run/l4}", "sold", "sold", true},
		{"not sold", "sold: {offer: aws/fargate/gpu}", "sold", "not sold", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := checkFile(t, []byte(claimHead+"    - {says: x, "+c.claim+"}\n"))
			if err != nil {
				t.Fatal(err)
			}
			r := list[0]
			if r.Said() != c.said || r.ComesOut() != c.comes || r.Holds != c.holds {
				t.Errorf("said %q, comes out %q, holds %t; want %q, %q, %t", r.Said(), r.ComesOut(), r.Holds, c.said, c.comes, c.holds)
			}
			if r.Kind == IsSold && !r.Holds && (r.Reason == "" || r.Source == "" || !strings.Contains(r.Refusal(), r.Source)) {
				t.Errorf("no reason or no source: %+v", r)
			}
			if (r.Verdict() == "holds") != c.holds {
				t.Errorf("verdict %q", r.Verdict())
			}
		})
	}
}

// TestClaimsThatCannotBePriced name the claim and what to do.
func TestClaimsThatCannotBePriced(t *testing.T) {
	for _, c := range []struct{ claim, want string }{
		{"low: 1, bill: {offer: aws/lambda/x87}", `spec.claims[1].bill: unknown offer "aws/lambda/x87": did you mean aws/lambda/x86`},
		{"low: 1, bill: {offer: aws/lambda/x86, requests: 1, duration: 1s}", "spec.claims[1].bill.memory: aws/lambda/x86 is billed by memory and time"},
		{"low: 1, bill: {offer: aws/lambda/x86, memory: 1GB, hours: 730}", "spec.claims[1].bill.hours: needs provisioned"},
		{"low: 1, bill: {offer: aws/lambda/x86, memory: 1GB, vcpu: 2}", "spec.claims[1].bill.vcpu: does not apply to aws/lambda/x86, a function"},
		{"low: 1, bill: {offer: aws/ec2/g6.xlarge, requests: 1, duration: 1s}", "spec.claims[1].bill.requests: does not apply to aws/ec2/g6.xlarge, a node"},
		{"low: 1, bill: {offer: aws/lambda/gpu}", "spec.claims[1].bill: aws/lambda/gpu is not sold"},
		{"low: 1, bill: {offer: aws/eks, hours: 1}", "spec.claims[1].bill: aws/eks is the fixed cost of a cluster, which stands alone"},
		{"low: 1, ratio: {node: {offer: gcp/cloud-run/l4}, serverless: {offer: gcp/cloud-run/l4}}", "spec.claims[1].ratio: node: gcp/cloud-run/l4 is a container"},
		{"low: 1, ratio: {node: {offer: aws/ec2/g6.xlarge}, serverless: {offer: aws/ec2/g6.xlarge}}", "spec.claims[1].ratio: serverless: aws/ec2/g6.xlarge is a node"},
		{"low: 1, ratio: {node: {offer: aws/ec2/g6.xlarge}, serverless: {offer: gcp/cloud-run/l4, vcpu: 2}}", "spec.claims[1].ratio: serverless: gcp/cloud-run/l4: 2 vCPU is outside"},
		{"low: 1, saving: {offer: aws/ec2/g6.xlarge, priceClass: 1y}", `spec.claims[1].saving: aws/ec2/g6.xlarge has no price class "1y"`},
		{"low: 1, step: {offer: aws/lambda}", "spec.claims[1].step: aws/lambda is a service, not an offer"},
		{"sold: {offer: aws/lambda/x87}", `spec.claims[1].sold: unknown offer "aws/lambda/x87"`},
	} {
		list, err := checkFile(t, []byte(claimHead+"    - {says: x, low: 1, node: {hourly: 1}}\n    - {says: z, "+c.claim+"}\n"))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %s", c.claim, list, err, c.want)
		}
	}
}

// TestClaimRatioOfHandWrittenPrices: the ratio does not depend on the catalogue's data.
func TestClaimRatioOfHandWrittenPrices(t *testing.T) {
	var r ClaimResult
	if err := r.setRatio(big.NewRat(1, 3), big.NewRat(1, 2)); err != nil || r.Got.String() != "0.666667" || r.Unit != unitShare {
		t.Errorf("1/3 over 1/2 is %v, %v", r.Got, err)
	}
	if err := r.setRatio(big.NewRat(1, 3), new(big.Rat)); err == nil {
		t.Error("over nothing: no error")
	}
	r.set(unit.MustDecimal("0.50004"), unitShare)
	high := unit.MustDecimal("0.5")
	if r.High = &high; !r.inRange() {
		t.Error("50.00 % as shown is above 50 %")
	}
}
