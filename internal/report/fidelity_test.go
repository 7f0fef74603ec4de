package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/fidelity"
	"fulcrum.dev/fulcrum/internal/report"
)

// compared is rows of every kind.
func compared() *fidelity.Result {
	return &fidelity.Result{SchemaVersion: fidelity.SchemaVersion, Seed: 3, Scale: 0.5, Off: 2, Rows: []fidelity.Row{
		{Group: "mmc", Case: "c = 2", Quantity: "mean wait", Unit: "s", Expected: 1.7777778, Source: "MMc.MeanWait", Got: 1.78, ErrorPercent: 0.125, HalfWidth: 0.01, Allowed: 0.01, OK: true},
		{Group: "mmc", Case: "c = 2", Quantity: "T p50", Unit: "s", Expected: 2, Source: "MMc.SojournQuantile", Got: 1.9, ErrorPercent: -5, HalfWidth: 0.02, Allowed: 0.02},
		{Group: "hybrid", Case: "a = 2", Quantity: "c*", Expected: 0, ExpectedTo: 1, Source: "Hybrid.Optimum", OK: true},
		{Group: "laws", Case: "a | b", Quantity: "arrivals", Expected: 1234567, Source: "sum", Got: 1234567, OK: true},
		{Group: "bills", Case: "a node", Quantity: "total", Unit: "USD", Expected: 1606, Source: "printed", Got: 1606.004, ErrorPercent: 0.000249, Allowed: 0.005, OK: true},
		{Group: "ratios", Case: "x / y", Quantity: "tipping point", Expected: 0.4, ExpectedTo: 0.5, Source: "printed", Got: 0.51, ErrorPercent: 2.5, Allowed: 0.005},
	}}
}

func TestFidelity(t *testing.T) {
	var out bytes.Buffer
	if err := report.Fidelity(&out, compared(), report.Style{}); err != nil {
		t.Fatal(err)
	}
	want := `6 rows, 2 OFF (seed 3, 0.5 of the requests)
Times are in s. "off by", "interval" (half of it, 99 %) and "allowed" are in % of what is expected.

M/M/c (mmc)
  case   quantity   expected   got   off by  interval  allowed
  c = 2  mean wait   1.77778  1.78  +0.12 %    0.56 %   0.56 %  ok
         T p50             2   1.9  -5.00 %    1.00 %   1.00 %  OFF

A base with overflow (hybrid)
  case   quantity  expected  got  off by  interval  allowed
  a = 2  c*          0 to 1    0       0              exact  ok

Laws (laws)
  case   quantity  expected      got  off by  interval  allowed
  a | b  arrivals   1234567  1234567       0              exact  ok

Bills (bills)
  case    quantity  expected      got     off by  interval   allowed
  a node  total      1606.00  1606.00  +0.0002 %            0.0003 %  ok

Price ratios (ratios)
  case   quantity         expected   got   off by  interval  allowed
  x / y  tipping point  0.4 to 0.5  0.51  +2.50 %             1.25 %  OFF

Of a hundred rows that are judged by their interval, one is off by chance: another --seed or a greater --scale tells.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// TestFidelityPage: every row is in the page, in a table that a bar in a name does not break, and what is off stands out.
func TestFidelityPage(t *testing.T) {
	var out bytes.Buffer
	if err := report.FidelityPage(&out, compared()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"**6 rows, 2 OFF (seed 3, 0.5 of the requests).** 2 rows have an interval; that of 0 is no wider than 0.50 % to either side.",
		"\n## M/M/c\n",
		"\n| c = 2 | T p50 | 2 | MMc.SojournQuantile | 1.9 | -5.00 % | 1.00 % | 1.00 % | **off** |\n",
		"\n| a = 2 | c\\* | 0 to 1 | Hybrid.Optimum | 0 | 0 |  | exact | ok |\n",
		"\n| a \\| b | arrivals | 1234567 | sum | 1234567 | 0 |  | exact | ok |\n",
		"\n## What else is compared\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "## Processor sharing") {
		t.Error("a heading without rows")
	}
}

// TestFidelityInColour: only what is off is coloured, and the columns stay aligned.
func TestFidelityInColour(t *testing.T) {
	var plain, colour bytes.Buffer
	for w, style := range map[*bytes.Buffer]report.Style{&plain: {}, &colour: {Color: true}} {
		if err := report.Fidelity(w, compared(), style); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(colour.String(), "\x1b[31mOFF\x1b[0m"); n != 2 {
		t.Errorf("%d times in red, want 2", n)
	}
	stripped := strings.NewReplacer("\x1b[31m", "", "\x1b[1m", "", "\x1b[0m", "").Replace(colour.String())
	if diff := cmp.Diff(plain.String(), stripped); diff != "" {
		t.Errorf("without its colours (-plain +colour):\n%s", diff)
	}
}
