package report_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/report"
)

const ms = time.Millisecond

// rich is a log with something for every part of the page: two targets of which one slows down for a while, errors, cold
// answers, cold starts with and without all moments, one that failed, and idle gaps.
func rich(requests int) *record.Log {
	l := &record.Log{End: &record.End{Complete: true, Elapsed: 40 * time.Second, Examples: map[string]string{"timeout": "no complete answer in time"}}}
	l.Header = record.Header{
		Suite: "encoder", SuiteHash: "00ff", Tool: "fulcrum test", Load: "requests for 40s, open loop", Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Gate: record.Gate{Percentile: 99, Max: 10 * ms},
		Targets: []record.TargetInfo{
			{Name: "k8s", URL: "http://127.0.0.1:1/predict", Protocol: "http"}, {Name: "lambda", URL: "lambda://encoder?region=us-east-1", Protocol: "lambda"},
		},
		Thresholds: []record.Threshold{{Metric: "latency", Percentile: 95, Max: 0.1}, {Target: "k8s", Metric: record.MetricErrors, Max: 0.05}},
	}
	r := rand.New(rand.NewPCG(5, 5))
	for i := range requests {
		at := time.Duration(i) * 40 * time.Second / time.Duration(requests)
		took := time.Duration(float64(20*ms) * math.Exp(0.4*r.NormFloat64()))
		k := record.Record{Sequence: int64(i), Round: int64(i / 20), Target: i / 10 % 2, Scheduled: at, Sent: at + time.Duration(r.ExpFloat64()*float64(80*time.Microsecond))}
		switch {
		case k.Target == 1:
			took = took * 3 / 2
			if k.Cold = i%97 < 3; k.Cold {
				took += 900 * ms
			}
		case at > 15*time.Second && at < 20*time.Second:
			took *= 4
			if i%9 == 0 {
				k.Kind = record.ServerError
			}
		case i%50 == 3:
			k.Kind = record.Timeout
		}
		k.Connected, k.FirstByte, k.FirstToken, k.LastByte = k.Sent+ms/4, k.Sent+took/2, k.Sent+took/2, k.Sent+took
		l.Records = append(l.Records, k)
	}
	l.ColdStarts = []record.ColdStart{start(0, 0), start(400*ms, 0), start(900*ms, 1), {
		Target: 0, Method: "kubernetes-scale", Failure: "no pod was ready within 1m0s", Phases: []record.Phase{{Name: record.Trigger, At: 9 * time.Second, By: record.ByClient}},
	}}
	window := record.KeepAlive{Target: 1, Warm: 5*time.Minute + 300*time.Microsecond, Cold: 6 * time.Minute, Confirmed: true}
	for _, minutes := range []time.Duration{1, 2, 4, 8, 6, 5} {
		window.Tries = append(window.Tries, record.IdleGap{Gap: minutes * time.Minute, Cold: minutes > 5})
	}
	l.KeepAlives = []record.KeepAlive{window}
	return l
}

func start(longer time.Duration, target int) record.ColdStart {
	at := func(d time.Duration) time.Duration { return time.Second + d }
	c := record.ColdStart{Target: target, Method: "kubernetes-delete", Confirmed: true, Evidence: "pod encoder-5 started"}
	c.Phases = []record.Phase{
		{Name: record.Trigger, At: at(0), By: record.ByClient},
		{Name: record.Capacity, At: record.Unseen, By: record.Unobserved},
		{Name: record.Placed, At: at(300 * ms), By: record.ByPlatform},
		{Name: record.Image, At: at(1100*ms + longer), By: record.ByPlatform},
		{Name: record.Process, At: at(1600*ms + longer), By: record.ByPlatform},
		{Name: record.Model, At: record.Unseen, By: record.Unobserved},
		{Name: record.Ready, At: at(3800*ms + longer), By: record.ByPlatform},
		{Name: record.FirstByte, At: at(4300*ms + longer), By: record.ByClient},
	}
	if target == 1 {
		c.Method, c.Confirmed, c.Evidence = "idle", false, ""
		c.Phases = []record.Phase{{Name: record.Trigger, At: at(0), By: record.ByClient}, {Name: record.Image, At: record.Unseen, By: record.Unobserved}, {Name: record.FirstByte, At: at(1900 * ms), By: record.ByClient}}
	}
	c.Request = record.Record{Target: target, Cold: true, Sent: c.Phases[0].At, LastByte: at(4300*ms+longer) + 20*ms}
	if target == 1 {
		c.Request.LastByte = at(1920 * ms)
	}
	return c
}

func pageOf(t *testing.T, a *analysis.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.MeasurementHTML(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMeasurementHTML(t *testing.T) {
	a := analysis.Of(rich(1200).Columns(), 1)
	a.CompareWith(rich(800).Columns(), 1)
	golden(t, "measurement.html", pageOf(t, a))
}

// TestMeasurementHTMLStandsAlone: nothing is fetched, nothing runs, and every drawing is well formed.
func TestMeasurementHTMLStandsAlone(t *testing.T) {
	for name, l := range map[string]*record.Log{"rich": rich(3000), "few": rich(100), "empty": {Header: rich(0).Header}} {
		page := pageOf(t, analysis.Of(l.Columns(), 1))
		for _, bad := range []string{"<script", "src=", "href=", "url(", "@import", "NaN", "Inf", "ZgotmplZ"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the page holds %s", name, bad)
			}
		}
		drawings := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
		if len(drawings) == 0 && name != "empty" {
			t.Errorf("%s: no drawing", name)
		}
		for _, svg := range drawings {
			for d := xml.NewDecoder(strings.NewReader(svg)); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s: %v in\n%s", name, err, svg)
				}
			}
		}
	}
}

// TestMeasurementHTMLIsBounded: ten times the requests are no larger a page.
func TestMeasurementHTMLIsBounded(t *testing.T) {
	small, large := len(pageOf(t, analysis.Of(rich(5_000).Columns(), 1))), len(pageOf(t, analysis.Of(rich(50_000).Columns(), 1)))
	if large > small*3/2 || large > 1<<20 {
		t.Errorf("%d bytes for 5,000 requests, %d for 50,000", small, large)
	}
}

// TestMeasurementHTMLEscapes: what targets, suites and errors say stays text, wherever it is shown.
func TestMeasurementHTMLEscapes(t *testing.T) {
	const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
	l := rich(300)
	l.Header.Suite, l.Header.Load, l.Header.Tool, l.Header.SuiteHash = hostile, hostile, hostile, hostile
	for i := range l.Header.Targets {
		l.Header.Targets[i] = record.TargetInfo{Name: hostile, URL: "javascript:" + hostile, Protocol: hostile}
	}
	l.Header.Thresholds = []record.Threshold{{Target: hostile, Metric: "latency", Percentile: 50, Max: 1}}
	l.End = &record.End{Reason: hostile, Examples: map[string]string{hostile: hostile}}
	for i := range l.ColdStarts {
		l.ColdStarts[i].Method, l.ColdStarts[i].Failure, l.ColdStarts[i].Evidence = hostile, hostile, hostile
	}
	a := analysis.Of(l.Columns(), 1)
	a.Warnings = append(a.Warnings, hostile)
	page := pageOf(t, a)
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, `"'>`) {
		t.Error("the page holds what a target said as markup")
	}
	if n := strings.Count(page, "&lt;script&gt;"); n < 12 {
		t.Errorf("the text itself is there %d times", n)
	}
}
