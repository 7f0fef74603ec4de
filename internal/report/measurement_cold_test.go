package report_test

import (
	"bytes"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/report"
)

func TestMeasurementOfColdStarts(t *testing.T) {
	var b bytes.Buffer
	if err := report.Measurement(&b, analysis.Of(rich(4000).Columns(), 1), report.Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  cold and warm together are above; apart: 3.15 % [2.43, 4.01] of the answers met a cold start\n",
		"  latency           cold (63)    930 ms [927 ms, 933 ms]", "  latency           warm (1937)  30.5 ms [29.7 ms, 31.3 ms]",
		"  cold starts: 3 tried, 2 confirmed by the platform, 0 assumed, 1 failed; in all 4.52 s (4.32 s to 4.72 s)\n",
		"  image       platform  1.00 s (800 ms to 1.20 s)  1.30 s (1.10 s to 1.50 s)\n", "\n  unobserved: capacity, model\n",
		"  kubernetes-delete, for example: pod encoder-5 started\n", "  kubernetes-scale failed: no pod was ready within 1m0s\n",
		"\nCold starts\n  target  how                confirmed  from the trigger to the answer: median (range)\n  k8s     kubernetes-delete  2 of 3     4.52 s (4.32 s to 4.72 s)\n  lambda  idle               0 of 1     1.92 s\n",
		"  stays warm without a request for 5m0s to 6m0s (6 gaps tried, confirmed by the platform)\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("missing %q in\n%s", want, b.String())
		}
	}
	l := rich(60)
	for i := range l.Records {
		l.Records[i].Kind = record.Refused
	}
	b.Reset()
	if err := report.Measurement(&b, analysis.Of(l.Columns(), 1), report.Style{}); err != nil {
		t.Fatal(err)
	}
	if want := "FAILED: none of the requests to k8s, lambda was answered right\n"; !strings.Contains(b.String(), want) {
		t.Errorf("missing %q in\n%s", want, b.String())
	}
}
