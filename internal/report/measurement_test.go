package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/measure"
)

// measured is a log of two targets, of which b takes twice as long.
func measured() *measure.Log {
	const ms = time.Millisecond
	l := &measure.Log{End: &measure.End{Complete: true, Elapsed: 10 * time.Second, Examples: map[string]string{"timeout": "no complete answer in time"}}}
	l.Header = measure.Header{
		Suite: "chat", Load: "1000 requests", Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Gate: measure.Gate{Percentile: 99, Most: 10 * ms},
		Targets:    []measure.TargetInfo{{Name: "a", URL: "http://127.0.0.1:1/", Protocol: "http"}, {Name: "b", URL: "http://127.0.0.1:2/", Protocol: "http"}},
		Thresholds: []measure.Threshold{{Target: "a", Metric: "latency", Percentile: 95, Most: 1}, {Metric: measure.MetricErrors, Most: 0.0001}},
	}
	for i := range 1000 {
		at := time.Duration(i) * 10 * ms
		took := time.Duration(20+i%7) * ms * time.Duration(1+i%2)
		l.Records = append(l.Records, measure.Record{
			Sequence: int64(i), Round: int64(i / 2), Target: i % 2, Scheduled: at, Sent: at + ms/2, Connected: at + ms, FirstByte: at + took, FirstToken: measure.Unseen, LastByte: at + took,
		})
	}
	l.Records[4].Kind = measure.Timeout
	return l
}

func TestMeasurement(t *testing.T) {
	var b bytes.Buffer
	if err := Measurement(&b, measure.Analyse(measured(), 1), Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"chat: 1000 requests\n1000 requests recorded in 10.0 s, started 2026-11-24T12:00:00Z\n",
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
	late.Header.Gate.Most, late.End = 100*time.Microsecond, nil
	b.Reset()
	a := measure.Analyse(late, 1)
	a.CompareWith(measured().Sheet(), 1)
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

// TestWhatAnIntervalTakes is said wherever a missing one decides something.
func TestWhatAnIntervalTakes(t *testing.T) {
	l := measured()
	l.Records = l.Records[:300] // 149 right answers of one, 150 of the other
	a := measure.Analyse(l, 1)
	a.CompareWith(l.Sheet(), 1)
	var text, page bytes.Buffer
	if err := errors.Join(Measurement(&text, a, Style{}), MeasurementHTML(&page, a)); err != nil {
		t.Fatal(err)
	}
	const lacks = ": p95 takes 200 answers, there are 149"
	for _, want := range []string{"too few to tell" + lacks, "inconclusive" + lacks} {
		if !strings.Contains(text.String(), want) || !strings.Contains(page.String(), want) {
			t.Errorf("missing %q in\n%s", want, text.String())
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestTimeText(t *testing.T) {
	for s, want := range map[float64]string{0: "0 s", 1.5e-7: "0.150 us", 0.000123456: "123 us", 0.0123: "12.3 ms", 0.9996: "1000 ms", 1: "1.00 s", 12.34: "12.3 s", 1234: "1234 s"} {
		if got := timeText(s); got != want {
			t.Errorf("%g s is written %q, want %q", s, got, want)
		}
	}
}
