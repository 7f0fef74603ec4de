package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
)

// measured is a log of two targets, of which b takes twice as long.
func measured() *record.Log {
	const ms = time.Millisecond
	l := &record.Log{End: &record.End{Complete: true, Elapsed: 10 * time.Second, Examples: map[string]string{"timeout": "no complete answer in time"}}}
	l.Header = record.Header{
		Suite: "chat", Load: "1000 requests", Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Gate: record.Gate{Percentile: 99, Max: 10 * ms},
		Targets:    []record.TargetInfo{{Name: "a", URL: "http://127.0.0.1:1/", Protocol: "http"}, {Name: "b", URL: "http://127.0.0.1:2/", Protocol: "http"}},
		Thresholds: []record.Threshold{{Target: "a", Metric: "latency", Percentile: 95, Max: 1}, {Metric: record.MetricErrors, Max: 0.0001}},
	}
	for i := range 1000 {
		at := time.Duration(i) * 10 * ms
		took := time.Duration(20+i%7) * ms * time.Duration(1+i%2)
		l.Records = append(l.Records, record.Record{
			Sequence: int64(i), Round: int64(i / 2), Target: i % 2, Scheduled: at, Sent: at + ms/2, Connected: at + ms, FirstByte: at + took, FirstToken: record.Unseen, LastByte: at + took,
		})
	}
	l.Records[4].Kind = record.Timeout
	return l
}

func TestMeasurement(t *testing.T) {
	var b bytes.Buffer
	if err := Measurement(&b, analysis.Of(measured().Columns(), 1), Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"chat: 1000 requests\n1000 requests recorded in 10.0 s, started 2026-11-24T12:00:00Z\ntimes are those of right answers, with intervals of 95 %; [?] where there are too few for one\n",
		"\na (http://127.0.0.1:1/, http)\n  500 requests: 499 ok, 1 timeout; errors 0.2 % [0.00506, 1.11]\n",
		"\nClient\n  sent late by p50 500 us, p95 500 us, p99 500 us, at most 500 us; the gate is p99 <= 10ms\n  timeout, for example: no complete answer in time\n",
		"  a / b  latency          p50  0.5 [0.5, 0.5]        a is faster\n",
		"\nThresholds: inconclusive\n  a  latency p95 <= 1s  26.0 ms [26.0 ms, 26.0 ms]  pass\n",
		"  b  errors <= 0.01 %   0 % [0, 0.735]              inconclusive\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("missing %q in\n%s", want, b.String())
		}
	}
	late := measured()
	late.Header.Gate.Max, late.End = 100*time.Microsecond, nil
	b.Reset()
	a := analysis.Of(late.Columns(), 1)
	a.CompareWith(measured().Columns(), 1)
	if err := Measurement(&b, a, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"incomplete: the log breaks off", "INVALID: the client sent late: p99 of its lateness is 500µs, above the gate of 100µs",
		"Thresholds: not judged, the run is invalid", "Against the run of 2026-11-24T12:00:00Z", "no difference shown",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("missing %q in\n%s", want, b.String())
		}
	}
	if err := Measurement(brokenPipe{}, a, Style{}); err == nil {
		t.Error("a pipe that nobody reads is no error")
	}
}

// TestWhatAnIntervalTakes is said where a missing one decides something.
func TestWhatAnIntervalTakes(t *testing.T) {
	l := measured()
	l.Records = l.Records[:300] // 149 right answers of one, 150 of the other
	a := analysis.Of(l.Columns(), 1)
	a.CompareWith(l.Columns(), 1)
	var text, page bytes.Buffer
	if err := errors.Join(Measurement(&text, a, Style{}), MeasurementHTML(&page, a)); err != nil {
		t.Fatal(err)
	}
	const want = "inconclusive: p95 takes 200 answers, there are 149"
	if !strings.Contains(text.String(), want) || !strings.Contains(page.String(), want) {
		t.Errorf("missing %q in\n%s", want, text.String())
	}
}

// TestNoRightAnswer: the list of thresholds says what its heading does, and why.
func TestNoRightAnswer(t *testing.T) {
	for target, want := range map[string]string{
		"a": "\nThresholds: fail, as none of the requests to b was answered right\n  a  latency p50 <= 1s ",
		"b": "\nThresholds: fail\n  b  latency p50 <= 1s  -  fail: no right answer\n",
	} {
		l := measured()
		l.Header.Thresholds = []record.Threshold{{Target: target, Metric: "latency", Percentile: 50, Max: 1}}
		for i := range l.Records {
			if l.Records[i].Target == 1 {
				l.Records[i].Kind = record.Refused
			}
		}
		a := analysis.Of(l.Columns(), 1)
		var text, page, object bytes.Buffer
		if err := errors.Join(Measurement(&text, a, Style{}), MeasurementHTML(&page, a), JSON(&object, a)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), want) {
			t.Errorf("missing %q in\n%s", want, text.String())
		}
		const reason = `"reason": "no right answer"`
		if isOf := target == "b"; strings.Contains(page.String(), `<td class="fail">fail: no right answer</td>`) != isOf || strings.Contains(object.String(), reason) != isOf {
			t.Errorf("thresholds of %s:\n%s\n%s", target, page.String(), object.String())
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestMeasurementOfFew: a ratio that could be anything is counted and not shown.
func TestMeasurementOfFew(t *testing.T) {
	for n, want := range map[int]string{
		60: "  a / b  timeToFirstByte  p50  0.5 [0.478, 0.543]    a is faster\n  3 ratios are left out: too few requests for an interval\n",
		10: "\nCompared, paired by round (below 1 the first one is faster)\n  6 ratios are left out: too few requests for an interval\n",
	} {
		l := measured()
		l.Records = l.Records[:n]
		var text, page bytes.Buffer
		a := analysis.Of(l.Columns(), 1)
		if err := errors.Join(Measurement(&text, a, Style{}), MeasurementHTML(&page, a)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), want) {
			t.Errorf("missing %q in\n%s", want, text.String())
		}
		if left := "ratios are left out: too few requests for an interval."; !strings.Contains(page.String(), left) || strings.Contains(page.String(), "a / b, latency p95") {
			t.Errorf("of %d requests: the page lacks %q, or has one that is left out", n, left)
		}
	}
}

// TestMeasurementWithoutLoad has nothing to say of requests that nobody asked for.
func TestMeasurementWithoutLoad(t *testing.T) {
	l := measured()
	l.Records, l.Header.Thresholds, l.Header.Load, l.End.Examples = nil, nil, "no load", nil
	for i := range l.Header.Targets {
		l.ColdStarts = append(l.ColdStarts, record.ColdStart{Target: i, Method: "idle", Phases: []record.Phase{{Name: record.Trigger, At: time.Second, By: record.ByClient}}})
	}
	var text, page bytes.Buffer
	a := analysis.Of(l.Columns(), 1)
	if err := errors.Join(Measurement(&text, a, Style{}), MeasurementHTML(&page, a)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"0 requests:", "0 requests,", "errors", "no right answer", "sent late", "95 %", "<h2>Times", "NaN"} {
		if strings.Contains(text.String(), bad) || strings.Contains(page.String(), bad) {
			t.Errorf("%q stands in\n%s\n%s", bad, text.String(), page.String())
		}
	}
}

// TestJoined keeps every request, in bins of at least a few or in eight of them.
func TestJoined(t *testing.T) {
	const width, bins = 0.25, 200
	for each, want := range map[int64]int{0: 0, 1: 40, 4: 100, 5: 200} {
		var ends []analysis.Ends
		for i := range bins {
			if each > 0 {
				ends = append(ends, analysis.Ends{At: width * float64(i), Kinds: map[record.Kind]int64{record.OK: each}})
			}
		}
		got, wide := joined(ends, width, width*bins)
		var sum int64
		for _, e := range got {
			sum += e.Kinds[record.OK]
		}
		if sum != each*bins || len(got) != want || len(got) > 0 && wide*float64(len(got)) != width*bins {
			t.Errorf("of %d in each: %d bins of %g s with %d requests, want %d bins", each, len(got), wide, sum, want)
		}
	}
	few := []analysis.Ends{{At: 1, Kinds: map[record.Kind]int64{record.OK: 1}}, {At: 40, Kinds: map[record.Kind]int64{record.Reset: 1}}}
	if got, wide := joined(few, width, width*bins); len(got) != 2 || wide != width*bins/8 {
		t.Errorf("%+v of %g s", got, wide)
	}
}

func TestTimeText(t *testing.T) {
	for s, want := range map[float64]string{0: "0 s", 1.5e-7: "0.150 us", 0.000123456: "123 us", 0.0123: "12.3 ms", 0.9996: "1000 ms", 1: "1.00 s", 12.34: "12.3 s", 1234: "1234 s"} {
		if got := timeText(s); got != want {
			t.Errorf("%g s is written %q, want %q", s, got, want)
		}
	}
}
