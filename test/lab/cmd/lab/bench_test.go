package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// TestBench runs the suite as its user would, and reads what was kept: every target was asked and answered right, what serves
// the same model is compared, the counts add up, and each platform showed a cold start.
func TestBench(t *testing.T) {
	requireSandbox(t)
	requireModels(t)
	suite, err := suitefile.Load("peers.yaml", peers)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "run")
	cmd := commandWithin(t, 5*time.Minute, "bench", "--out", out)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	run := readRun(t, out, suite)
	for _, target := range run.Targets {
		checkTarget(t, target)
		checkColdStart(t, target)
	}
	checkComparisons(t, run, suite)
	text, err := os.ReadFile(filepath.Join(out, "report.txt"))
	if err != nil || !bytes.Contains(said, text) {
		t.Errorf("report.txt is not what was printed (%v):\n%s\n----\n%s", err, text, said)
	}
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil || !bytes.HasPrefix(page, []byte("<!DOCTYPE html>")) || !bytes.Contains(page, []byte("<svg")) {
		t.Errorf("report.html: %v: %.200s", err, page)
	}
	for _, target := range suite.Spec.Targets {
		if !bytes.Contains(text, []byte("\n"+target.Name+" ("+target.URL)) {
			t.Errorf("report.txt says nothing of %s", target.Name)
		}
		if !bytes.Contains(page, []byte(target.Name)) {
			t.Errorf("report.html says nothing of %s", target.Name)
		}
	}
	said, err = commandWithin(t, time.Minute, "bench", "--out", out).CombinedOutput()
	if err == nil || !bytes.Contains(said, []byte("--out: "+out+" holds a run already: name a new folder")) || bytes.Contains(said, []byte("starting")) {
		t.Errorf("again into the same folder, which is to be refused before anything starts: %v: %s", err, said)
	}
}

// readRun reads report.json, and compares it with the records.
func readRun(t *testing.T, out string, suite *v1alpha1.Suite) *analysis.Result {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	run := new(analysis.Result)
	if err := json.Unmarshal(text, run); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(out, "records.bin"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	log, err := record.ReadLog(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := int64(len(log.Records)); !run.Complete || !run.Valid || n != log.Header.Planned || n != run.Requests || log.End.Records != n || log.Dropped != 0 {
		t.Errorf("%d records of %d planned, report %+v", n, log.Header.Planned, run)
	}
	asked := make([]int64, len(suite.Spec.Targets)) // after the warm-up
	for _, r := range log.Records {
		if r.Scheduled >= suite.Spec.Warmup.Std() {
			asked[r.Target]++
		}
	}
	if len(run.Targets) != len(asked) {
		t.Fatalf("%d targets, want %d", len(run.Targets), len(asked))
	}
	for i, target := range run.Targets {
		if target.Requests != asked[i] || target.Name != suite.Spec.Targets[i].Name {
			t.Errorf("%s: %d requests, %s has %d records", target.Name, target.Requests, suite.Spec.Targets[i].Name, asked[i])
		}
	}
	return run
}

// checkTarget wants right answers. Some may miss their time on a machine that is busy.
func checkTarget(t *testing.T, target analysis.Target) {
	t.Helper()
	var ended int64
	for kind, n := range target.Kinds {
		ended += n
		if kind != record.OK && kind != record.Timeout && kind != record.NotSent {
			t.Errorf("%s: %d ended as %s", target.Name, n, kind)
		}
	}
	if ended != target.Requests || target.Kinds[record.OK] < 20 {
		t.Errorf("%s: %d requests ended as %v", target.Name, target.Requests, target.Kinds)
	}
	if isLlama := target.Group == "llama"; target.TokensIn == 0 || isLlama != (target.TokensOut >= 8*target.Kinds[record.OK] && target.TokensOut > 0) {
		t.Errorf("%s: %d tokens in, %d out", target.Name, target.TokensIn, target.TokensOut)
	}
}

// shown are the moments of a cold start that each platform shows.
var shown = map[string][]record.PhaseName{
	"pods":       {record.Capacity, record.Placed, record.Image, record.Process, record.Ready},
	"lambda":     {record.Process, record.Ready},
	"containers": {record.Ready},
	"offline":    {},
}

// checkColdStart wants a confirmed one, whose moments are in order and marked by who saw them.
func checkColdStart(t *testing.T, target analysis.Target) {
	t.Helper()
	all := target.ColdStarts
	if all == nil || all.Tried != 1 || all.Confirmed != 1 || len(all.Starts) != 1 || all.Starts[0].Evidence == "" {
		t.Errorf("%s: cold starts %+v", target.Name, all)
		return
	}
	start, last := all.Starts[0], 0.0
	_, platform, _ := strings.Cut(target.Name, "-")
	names := record.PhaseNames()
	if target.Group != "llama" { // its answers have no tokens
		names = slices.DeleteFunc(names, func(n record.PhaseName) bool { return n == record.FirstToken })
	}
	if len(start.Phases) != len(names) {
		t.Errorf("%s: %d phases, want %v", target.Name, len(start.Phases), names)
		return
	}
	for i, name := range names {
		step, want := start.Phases[i], record.Unobserved
		isToken := name == record.FirstToken
		switch {
		case name == record.Trigger, name == record.FirstByte, isToken && target.Group == "llama" && platform != "offline":
			want = record.ByClient
		case slices.Contains(shown[platform], name):
			want = record.ByPlatform
		}
		if step.Name != name || step.By != want {
			t.Errorf("%s: phase %d is %s, seen by %s; want %s, seen by %s", target.Name, i, step.Name, step.By, name, want)
		}
		if want == record.Unobserved {
			continue
		}
		if step.After < last {
			t.Errorf("%s: %s after %g s, and what comes before it after %g s", target.Name, name, step.After, last)
		}
		last = step.After
	}
	if last <= 0 || start.Total < last {
		t.Errorf("%s: %g s in all, %g s to the last phase", target.Name, start.Total, last)
	}
}

// checkComparisons wants an interval for each pair of homes of a model, and no other pair.
func checkComparisons(t *testing.T, run *analysis.Result, suite *v1alpha1.Suite) {
	t.Helper()
	var want, got []string
	for i, b := range suite.Spec.Targets {
		for _, a := range suite.Spec.Targets[:i] {
			if a.Group == b.Group {
				want = append(want, a.Name+" / "+b.Name)
			}
		}
	}
	for _, c := range run.Comparisons {
		if c.Metric != "latency" || c.Percentile != 50 {
			continue
		}
		got = append(got, c.A+" / "+c.B)
		if r := c.Ratio; !r.HasInterval || r.Low <= 0 || r.Low > r.Value || r.High < r.Value {
			t.Errorf("%s / %s: %+v", c.A, c.B, r)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) != 12 || !slices.Equal(got, want) {
		t.Errorf("compared %s", fmt.Sprintf("%s; want %s", strings.Join(got, ", "), strings.Join(want, ", ")))
	}
}

// TestBenchRefuses: a suite that cannot be run is an error before anything is started, and no folder is left.
func TestBenchRefuses(t *testing.T) {
	dir := t.TempDir()
	suite, out := filepath.Join(dir, "suite.yaml"), filepath.Join(dir, "run")
	if err := os.WriteFile(suite, []byte("kind: Suite\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{suite, filepath.Join(dir, "none.yaml")} {
		said, err := command(t, "bench", file, "--out", out).CombinedOutput()
		if err == nil || !bytes.Contains(said, []byte(file)) || bytes.Contains(said, []byte("starting")) {
			t.Errorf("%v: %s", err, said)
		}
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("%s is there: %v", out, err)
	}
}
