package report_test

import (
	"bytes"
	"testing"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/report"
	"fulcrum.dev/fulcrum/internal/stats"
)

func TestSaturation(t *testing.T) {
	passed := analysis.SaturationStep{Rate: 100, Attempt: 1, Duration: 10, Requests: 1000, Verdict: analysis.Pass, Thresholds: []analysis.Judgement{
		{Threshold: record.Threshold{Metric: "latency", Percentile: 95, Max: 0.1}, Estimate: stats.Estimate{Value: 0.02, HasInterval: true, Low: 0.01, High: 0.03, Count: 1000}},
		{Threshold: record.Threshold{Metric: record.MetricErrors, Max: 0.01}, Estimate: stats.Estimate{HasInterval: true, High: 0.004, Count: 1000}},
	}}
	late := analysis.SaturationStep{Rate: 200, Attempt: 3, Duration: 2.5, Requests: 500, Invalid: "the client sent late"}
	s := &analysis.Saturation{Suite: "encoder", Targets: []analysis.TargetSaturation{
		{Name: "k8s", Outcome: analysis.Found, Rate: 100, Beyond: 104.4, Steps: []analysis.SaturationStep{passed}},
		{Name: "a", Outcome: analysis.AtLeast, Rate: 500},
		{Name: "b", Outcome: analysis.NonePass, Beyond: 0.625},
		{Name: "c", Outcome: analysis.ByOwn, Rate: 100, Steps: []analysis.SaturationStep{passed, late}},
		{Name: "d", Outcome: analysis.ByOwn},
		{Name: "e", Outcome: analysis.Stopped},
		{Name: "f", Outcome: analysis.Stopped, Rate: 50},
	}}
	var b bytes.Buffer
	if err := report.Saturation(&b, s, report.Style{}); err != nil {
		t.Fatal(err)
	}
	const want = `encoder: the highest rate that meets the thresholds

k8s: 100/s passes, 104.4/s does not
   rate  try  for  requests  came to
  100/s    1  10s      1000  pass; latency p95 <= 100ms: 20.0 ms [10.0 ms, 30.0 ms]; errors <= 1 %: 0 % [0, 0.4]

a: at least 500/s, the highest rate that may be tried

b: none: even 0.625/s does not pass

c: at least 100/s; the client is the limit beyond
   rate  try   for  requests  came to
  100/s    1   10s      1000  pass; latency p95 <= 100ms: 20.0 ms [10.0 ms, 30.0 ms]; errors <= 1 %: 0 % [0, 0.4]
  200/s    3  2.5s       500  invalid: the client sent late

d: the client is the limit: it sent late at the first rate already

e: interrupted before a rate passed

f: at least 50/s; interrupted
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
