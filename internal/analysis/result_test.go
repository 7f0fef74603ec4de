package analysis

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

func TestAnalyse(t *testing.T) {
	l := twoTargets(100, ms)
	l.Records[3].Kind = record.Timeout
	l.Records[8].Kind = record.ServerError
	l.Header.Thresholds = []record.Threshold{
		{Target: "b", Metric: "latency", Percentile: 95, Max: 0.022},
		{Metric: record.MetricErrors, Max: 0.02},
	}
	a := Of(l.Columns(), 1)
	if !a.Valid || a.Requests != 1000 || len(a.Targets) != 2 || !a.Complete {
		t.Fatalf("%+v", a)
	}
	for i, target := range a.Targets {
		var sum int64
		for _, n := range target.Kinds {
			sum += n
		}
		if sum != target.Requests || sum != 500 || target.Kinds[record.OK] != 499 || target.Errors.Value != 1.0/500 {
			t.Errorf("target %d: %+v", i, target)
		}
	}
	if a.Targets[0].Kinds[record.Timeout] != 1 || a.Targets[1].Kinds[record.ServerError] != 1 {
		t.Errorf("kinds %v and %v", a.Targets[0].Kinds, a.Targets[1].Kinds)
	}
	ratio := a.Comparisons[2] // service, which leaves the lateness out
	if ratio.Metric != "service" || ratio.Percentile != 50 || ratio.Ratio.Low > 1.5 || ratio.Ratio.High < 1.5 || ratio.Ratio.High-ratio.Ratio.Low > 0.3 {
		t.Errorf("%+v, want 1.5", ratio)
	}
	if a.Verdict != Pass || len(a.Thresholds) != 3 {
		t.Errorf("verdict %q of %+v", a.Verdict, a.Thresholds)
	}
	encoded, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(encoded), `"kinds":{"ok":499,"status-5xx":1}`) {
		t.Errorf("counts by kind are missing in %s", encoded)
	}
	again, _ := json.Marshal(Of(l.Columns(), 1))
	if string(again) != string(encoded) {
		t.Error("the same log gives another analysis")
	}
}

// TestGroups: what serves different models is not compared.
func TestGroups(t *testing.T) {
	for group, want := range map[string]int{"": 6, "encoder": 0} {
		l := twoTargets(20, 0)
		l.Header.Targets[0].Group = group
		a := Of(l.Columns(), 1)
		if len(a.Comparisons) != want || a.Targets[0].Group != group {
			t.Errorf("group %q beside none: %d comparisons, want %d", group, len(a.Comparisons), want)
		}
	}
}

// TestNothingToCompare: a time that only one of two targets has is not compared.
func TestNothingToCompare(t *testing.T) {
	l := twoTargets(20, 0)
	for i := range l.Records {
		if r := &l.Records[i]; r.Target == 0 {
			r.FirstToken = r.LastByte
		}
	}
	for _, c := range Of(l.Columns(), 1).Comparisons {
		if c.Metric == "timeToFirstToken" {
			t.Errorf("%+v", c)
		}
	}
}

// TestGateOfFew: one late request makes no run invalid, as a percentile of few is their maximum; two do, unless they are few
// beside the others.
func TestGateOfFew(t *testing.T) {
	for _, test := range []struct {
		requests, late int
		want           string // of the reason
	}{
		{1, 1, ""},
		{2, 1, ""},
		{2, 2, "the second largest lateness of 2 requests is 20ms, above the gate of 10ms: "},
		{20, 1, ""},
		{20, 2, "the second largest lateness of 20 requests is 20ms, above the gate of 10ms: "},
		{100, 1, ""},
		{100, 2, "p99 of its lateness is 20ms, above the gate of 10ms: "},
		{300, 3, ""},
		{300, 4, "p99 of its lateness is 20ms, above the gate of 10ms: "},
	} {
		l := twoTargets(30, 0)
		l.Records = l.Records[:test.requests]
		for i := range test.late {
			l.Records[i].Sent += 20 * ms
		}
		a := Of(l.Columns(), 1)
		if a.Valid != (test.want == "") || !strings.Contains(a.Invalid, test.want) {
			t.Errorf("%d of %d late: %q, want %q", test.late, test.requests, a.Invalid, test.want)
		}
		if few := test.requests < 100; a.GatesFew() != few {
			t.Errorf("of %d the gate leaves one out: %t, want %t", test.requests, !few, few)
		}
		if late := 0.02; (a.Gated == late) != (test.want != "") || a.Lateness.Max < late*0.99 {
			t.Errorf("%d of %d late: gated at %g, at most %g", test.late, test.requests, a.Gated, a.Lateness.Max)
		}
	}
}

func TestVerdicts(t *testing.T) {
	for name, test := range map[string]struct {
		metric     string
		percentile float64
		most       float64
		late       time.Duration
		want       Verdict
		valid      bool
	}{
		"pass":              {"latency", 50, 1, 0, Pass, true},
		"fail":              {"latency", 50, 0.001, 0, Fail, true},
		"straddles":         {"latency", 50, 0.0225, 0, Inconclusive, true},
		"nothing to see":    {"timeToFirstToken", 50, 1, 0, Inconclusive, true},
		"errors":            {record.MetricErrors, 0, 0.1, 0, Pass, true},
		"the client's own":  {"latency", 50, 1, 11 * ms, "", false},
		"up to its gate":    {"latency", 50, 1, 10 * ms, Pass, true},
		"errors not proven": {record.MetricErrors, 0, 0.0001, 0, Inconclusive, true},
	} {
		l := twoTargets(40, test.late)
		l.Header.Thresholds = []record.Threshold{{Target: "a", Metric: test.metric, Percentile: test.percentile, Max: test.most}}
		a := Of(l.Columns(), 1)
		if a.Verdict != test.want || a.Valid != test.valid {
			t.Errorf("%s: verdict %q, valid %t (%s), want %q, %t", name, a.Verdict, a.Valid, a.Invalid, test.want, test.valid)
		}
	}
}

func TestAnalysisWithoutAnything(t *testing.T) {
	a := Of((&record.Log{Header: testHeader()}).Columns(), 1)
	if a.Valid || a.Invalid != "no request was sent" || a.Complete || !strings.Contains(a.Reason, "breaks off") {
		t.Errorf("%+v", a)
	}
	if _, err := json.Marshal(a); err != nil {
		t.Error(err)
	}
}

// TestWarmupIsLeftOut: what was due in the warm-up is neither counted nor measured.
func TestWarmupIsLeftOut(t *testing.T) {
	l := twoTargets(100, 0)
	for i := range l.Records[:100] {
		l.Records[i].LastByte += 5 * time.Second
	}
	if a := Of(l.Columns(), 1); len(a.Warnings) != 2 || !strings.Contains(a.Warnings[0], "look like a warm-up") {
		t.Errorf("warnings %q", a.Warnings)
	}
	l.Header.Warmup = l.Records[100].Scheduled
	a := Of(l.Columns(), 1)
	if a.Targets[0].Requests != 450 || a.Targets[0].Metrics[0].Max > 1 {
		t.Errorf("%+v", a.Targets[0])
	}
}

// TestIncompleteRunsDoNotPass: what was not sent could have failed.
func TestIncompleteRunsDoNotPass(t *testing.T) {
	l := twoTargets(100, 0)
	l.Header.Thresholds = []record.Threshold{{Metric: "latency", Percentile: 50, Max: 1}}
	l.End = &record.End{Reason: "interrupted"}
	if a := Of(l.Columns(), 1); a.Verdict != Inconclusive || a.Reason != "interrupted" {
		t.Errorf("%q, %q", a.Verdict, a.Reason)
	}
}

func TestCompareWith(t *testing.T) {
	before, now := twoTargets(50, 0), twoTargets(50, 0)
	for i := range now.Records {
		r := &now.Records[i]
		r.LastByte += r.LastByte - r.Sent // twice as slow
		r.FirstByte = r.LastByte
	}
	a := Of(now.Columns(), 1)
	a.CompareWith(before.Columns(), 1)
	if len(a.Against.Changes) != 12 || len(a.Warnings) != 0 {
		t.Fatalf("%+v %q", a.Against, a.Warnings)
	}
	for _, c := range a.Against.Changes {
		if !c.Ratio.HasInterval || c.Ratio.Low > 2 || c.Ratio.High < 2 {
			t.Errorf("%+v, want 2", c)
		}
	}
	before.Header.SuiteHash, before.Header.Targets = "another", []record.TargetInfo{{Name: "c"}, {Name: "d"}}
	a = Of(now.Columns(), 1)
	a.CompareWith(before.Columns(), 1)
	if len(a.Warnings) != 2 || !strings.Contains(a.Warnings[0], "another suite") || !strings.Contains(a.Warnings[1], "it has answers of [c d]") {
		t.Errorf("%q", a.Warnings)
	}
}
