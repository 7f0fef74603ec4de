package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

func asking(urls ...string) bench.Input {
	in := bench.Input{Suite: new(v1alpha1.Suite)}
	for _, u := range urls {
		in.Suite.Spec.Targets = append(in.Suite.Spec.Targets, v1alpha1.Target{URL: u})
		in.Projection.ByTarget = append(in.Projection.ByTarget, 50)
	}
	in.Suite.Spec.Load.Closed = &v1alpha1.ClosedLoad{Callers: 1}
	return in
}

// TestConfirm: a host is asked about once, and remembered.
func TestConfirm(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	in := asking("http://192.0.2.1:80/a", "http://192.0.2.1:80/b", "http://127.0.0.1/")
	var said bytes.Buffer
	std := streams{in: strings.NewReader("yes\n"), err: &said}
	if err := confirm(std, in, false); err == nil || !strings.Contains(err.Error(), "before load goes to 192.0.2.1:80: add --yes") {
		t.Errorf("a pipe is nobody who could be asked: %v", err)
	}
	if err := confirm(std, in, true); err != nil || !strings.Contains(said.String(), "192.0.2.1:80 gets") {
		t.Errorf("%v %q", err, said.String())
	}
	said.Reset()
	if err := confirm(std, in, false); err != nil || said.Len() > 0 {
		t.Errorf("asked again: %v %q", err, said.String())
	}
	if err := confirm(std, asking("http://192.0.2.2/"), false); err == nil {
		t.Error("another host is not known")
	}
}

// TestCostText: what the catalogue prices of the requests, and by what their time is billed.
func TestCostText(t *testing.T) {
	prices, err := loadCatalog("")
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"lambda://encoder?region=eu-west-1":                   "as aws/lambda/x86 in ",
		"https://abc123.lambda-url.us-east-1.on.aws/":         "as aws/lambda/x86 in us-east-1: 0.02 USD for the requests, and on top of that their time, which is not known before: 0.0000166667 USD per GB-second (prices of 20",
		"https://encoder-abc-uc.a.run.app/predict":            "as gcp/cloud-run/request in us-central1: 0.04 USD for the requests, and on top of that their time, which is not known before: 0.000024 USD per vCPU-second and 0.0000025 USD per GiB-second",
		"https://example.com/":                                "",
		"https://lambda-url.us-east-1.on.aws.example.com/":    "",
		"https://abc.lambda-url.us-east-1.on.aws.example.com": "",
	} {
		got := costText(prices, target, 100_000)
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
	var said bytes.Buffer
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if err := confirm(streams{in: strings.NewReader(""), err: &said}, asking("https://abc.lambda-url.us-east-1.on.aws/"), false); err == nil {
		t.Error("not asked")
	}
	if !strings.Contains(said.String(), " is billed as aws/lambda/x86 in us-east-1: 0.00001 USD for the requests, ") {
		t.Errorf("said %q", said.String())
	}
}

// TestFlagProblems: a problem names the flag, not a field of a file that nobody wrote.
func TestFlagProblems(t *testing.T) {
	f := &suiteFlags{targets: []string{"ftp://x", "b=http://y"}, thresholds: []string{"k8s:errors<=1%"}}
	for field, want := range map[string]string{
		"spec.targets[0].url": "--target ftp://x", "spec.targets[1].name": "--target b=http://y", "spec.targets[1].openai.model": "--model",
		"spec.load.phases[0].rate": "--rate", "spec.load.closed.duration": "--duration", "spec.thresholds[0].target": "--threshold k8s:errors<=1%",
		"spec.targets": "--target", "metadata.name": "the flags, as metadata.name", "spec.targets[1].lambda": "the flags, as spec.targets[1].lambda",
	} {
		if got := flagName(field, f); got != want {
			t.Errorf("%s: %s, want %s", field, got, want)
		}
	}
}

func TestAskFor(t *testing.T) {
	for typed, want := range map[string]bool{"yes\n": true, " yes \r\n": true, "yes": true, "y\n": false, "\n": false, "": false, "no\n": false} {
		if err := askFor(strings.NewReader(typed), io.Discard, "a host"); (err == nil) != want {
			t.Errorf("typed %q: %v", typed, err)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for url, want := range map[string]bool{
		"http://127.0.0.1:80/": true, "http://127.9.9.9/": true, "http://[::1]:80/": true, "https://localhost/": true,
		"http://10.0.0.1/": false, "http://0.0.0.0/": false, "http://localhost.example.com/": false, "http://127.0.0.1.example.com/": false, "http://[::]/": false, ":": false,
	} {
		if got := isLoopback(url); got != want {
			t.Errorf("%s: %t", url, got)
		}
	}
}

// TestOutThatCannotBeWritten: a clear error, and nothing is left.
func TestOutThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	f := benchFlags{out: filepath.Join(file, "run")}
	if _, _, err := f.create(); err == nil || !strings.HasPrefix(err.Error(), "--out: ") {
		t.Errorf("error %v", err)
	}
}

func TestLiveText(t *testing.T) {
	live := bench.Live{
		Elapsed: 12 * time.Second, Span: time.Minute, Requests: 600, Planned: 3000, Errors: 9, Rate: 49.8,
		Kinds:   map[record.Kind]int64{record.OK: 591, record.Timeout: 2, record.Reset: 5, record.DNS: 1, record.Other: 1},
		Latency: stats.Summary{P50: 0.0123, P95: 0.02}, Lateness: stats.Summary{P99: 0.0004},
	}
	want := "[==        ]  20% 12s of 1m0s  600/3000 requests  49.8/s  p50 12.3 ms  p95 20 ms  late p99 0.4 ms  errors 9: 5 reset, 2 timeout, 1 dns, ..."
	if got := liveText(live); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestProgress: JSON is one object a line, and nothing is written where nobody watches.
func TestProgress(t *testing.T) {
	for mode, want := range map[string]string{"auto": "", "none": "", "json": `"kinds":{"ok":3}`} {
		var b bytes.Buffer
		show, finish, err := progressOf(mode, &b)
		if err != nil {
			t.Fatal(err)
		}
		if show != nil {
			show(bench.Live{Requests: 3, Kinds: map[record.Kind]int64{record.OK: 3}})
		}
		finish()
		if !strings.Contains(b.String(), want) || want == "" && b.Len() > 0 {
			t.Errorf("%s: %q", mode, b.String())
		}
	}
	if _, _, err := progressOf("loud", io.Discard); err == nil {
		t.Error("there is no progress loud")
	}
}

func TestThresholdFlag(t *testing.T) {
	for text, want := range map[string]string{
		"latency.p95<=200ms": "latency p95 <= 200ms", "k8s:timeToFirstToken.p99 <= 1s": "timeToFirstToken p99 <= 1s", "errors<=1%": "errors <= 1 %",
	} {
		in := asking("http://127.0.0.1/")
		th, err := parseThreshold(text)
		if err != nil || (th.Target == "k8s") != strings.HasPrefix(text, "k8s:") {
			t.Errorf("%s: %+v, %v", text, th, err)
		}
		in.Suite.Spec.Thresholds = append(in.Suite.Spec.Thresholds, th)
		if got := bench.Thresholds(in.Suite); len(got) != 1 || got[0].String() != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, text := range []string{"", "latency<=1s", "latency.p95<1s", "latency.p42<=1s", "latency.p95<=0s", "latency.p95<=-1s", "speed.p50<=1s", "errors<=200%", "errors<=x", "a:b:errors<=1%"} {
		if th, err := parseThreshold(text); err == nil {
			t.Errorf("%q is read as %+v", text, th)
		}
	}
}

func TestTargetFlag(t *testing.T) {
	f := suiteFlags{protocol: "http"}
	for text, want := range map[string][2]string{
		"k8s=http://127.0.0.1/a":  {"k8s", "http://127.0.0.1/a"},
		"http://127.0.0.1/a?b=c":  {"b", "http://127.0.0.1/a?b=c"},
		"k=http://127.0.0.1/?b=c": {"k", "http://127.0.0.1/?b=c"},
	} {
		if got := f.target(text, 1, ""); got.Name != want[0] || got.URL != want[1] {
			t.Errorf("%s: %q %q", text, got.Name, got.URL)
		}
	}
}

// TestInterruptedBench: what was measured until then is printed and kept, and the exit code says that it is not all.
func TestInterruptedBench(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var seen atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if seen.Add(1) == 5 {
			cancel()
		}
	}))
	defer s.Close()
	dir := filepath.Join(t.TempDir(), "run")
	var out, said bytes.Buffer
	args := []string{"bench", "--target", s.URL, "--rate", "50/s", "--duration", "1h", "--gate", "10s", "--out", dir}
	if code := run(ctx, args, streams{in: strings.NewReader(""), out: &out, err: &said}); code != exitInconclusive {
		t.Errorf("exit code %d: %s", code, said.String())
	}
	if !strings.Contains(out.String(), "incomplete: interrupted\n") {
		t.Errorf("printed\n%s", out.String())
	}
	sheet, err := readRun(t.Context(), nil, dir, record.ReadColumns)
	if err != nil {
		t.Fatal(err)
	}
	if a := analysis.Of(sheet, 1); a.Requests < 5 || a.Reason != "interrupted" {
		t.Errorf("%d requests, %s", a.Requests, a.Reason)
	}
}
