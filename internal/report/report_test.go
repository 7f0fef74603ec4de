package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/report"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

var update = flag.Bool("update", false, "rewrite the golden files with what comes out now")

// acme is the made-up provider that the tests of planning use as well.
var acme = sync.OnceValue(func() *catalog.Catalog {
	cat, err := catalog.Load(os.DirFS("../plan/testdata/acme"))
	if err != nil {
		panic(err)
	}
	return cat
})

const encoder = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: encoder, description: turns text into vectors}
spec:
  traffic: {generator: {rate: 0.5/s, span: 1h}}
  service:
    memory: 1GiB
    profiles: [{cpu: x86, fixed: {duration: {mean: 400ms, cv: 0.5}}, source: measured, reference: a bench}]
    startUp: {init: 2s}
  objectives: {latency: {p95: 2s, p99: 3s}, monthlyBudget: 400}
  homes: [{offer: "acme/*"}]
`

func input(t testing.TB, replace ...string) plan.Input {
	t.Helper()
	m, err := modelfile.Load("model.yaml", []byte(strings.NewReplacer(replace...).Replace(encoder)))
	if err != nil {
		t.Fatal(err)
	}
	w, err := traffic.Build(nil, m.Spec.Traffic)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Input{Model: m, Workload: w, Catalog: acme(), Today: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Workers: 2}
}

// plans are those that were searched, by what was replaced in the model: the tests look at the same few and change none.
var plans = map[string]*plan.Plan{}

func search(t testing.TB, replace ...string) *plan.Plan {
	t.Helper()
	key := strings.Join(replace, "\n")
	if p := plans[key]; p != nil {
		return p
	}
	p, err := plan.Search(context.Background(), input(t, replace...))
	if err != nil {
		t.Fatal(err)
	}
	plans[key] = p
	return p
}

func simulation(t testing.TB) *plan.Simulation {
	t.Helper()
	s, err := plan.Simulate(context.Background(), input(t, `{offer: "acme/*"}`,
		"{offer: acme/nodes/small, cluster: {replicas: 2}}, {offer: acme/functions/x86, function: {memory: 1769MiB, provisionedConcurrency: 1}}, {offer: acme/containers/request}"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// crowd turns the encoder into one whose flash crowd a hybrid serves for the least.
var crowd = []string{
	"rate: 0.5/s, span: 1h", "rate: 4/s, span: 20m, flash: [{at: 7m, duration: 3m, factor: 5}]", "mean: 400ms", "mean: 4s",
	"init: 2s", "init: 200ms", "latency: {p95: 2s, p99: 3s}, monthlyBudget: 400", "latency: {p95: 12s}",
	`homes: [{offer: "acme/*"}]`, "constraints: {quotas: {acme: 500}}\n  homes: [{offer: acme/nodes/small}, {offer: acme/functions/x86}]",
}

// routed runs the crowd on a small cluster that overflows into functions, with a timeline.
func routed(t testing.TB) *plan.Simulation {
	t.Helper()
	replace := slices.Clone(crowd)
	replace[len(replace)-1] = "homes: [{offer: acme/nodes/small, cluster: {replicas: 20}}, {offer: acme/functions/x86}]\n  routing: {overflow: {}}"
	in := input(t, replace...)
	in.Timeline = 4
	s, err := plan.Simulate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// impatient runs callers of two priorities who try again on a cluster that serves the urgent ones first, and on a single
// environment that refuses most.
func impatient(t testing.TB) *plan.Simulation {
	t.Helper()
	s, err := plan.Simulate(context.Background(), input(t,
		"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 2/s, span: 10m}, priority: 1, merge: [{generator: {rate: 3/s, span: 10m}}]",
		"profiles:", "queue: priority\n    profiles:",
		`homes: [{offer: "acme/*"}]`, "callers: {cancel: true, retry: {attempts: 1, backoff: 1s, jitter: 0}}\n  constraints: {timeout: 20s, quotas: {acme: 1}}\n"+
			"  homes: [{offer: acme/nodes/small, cluster: {replicas: 2, queueLength: 20}}, {offer: acme/functions/x86}]"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pages are the reports of the golden files, by name.
func pages(t testing.TB) map[string]func(io.Writer, report.Style) error {
	feasible, infeasible, simulated := search(t), search(t, "monthlyBudget: 400", "monthlyBudget: 3"), simulation(t)
	hybrid, together, retried := search(t, crowd...), routed(t), impatient(t)
	wide := func(s report.Style) report.Style { s.Wide = true; return s }
	return map[string]func(io.Writer, report.Style) error{
		"plan":            func(w io.Writer, s report.Style) error { return report.Plan(w, feasible, s) },
		"wide":            func(w io.Writer, s report.Style) error { return report.Plan(w, feasible, wide(s)) },
		"infeasible":      func(w io.Writer, s report.Style) error { return report.Plan(w, infeasible, s) },
		"infeasible-wide": func(w io.Writer, s report.Style) error { return report.Plan(w, infeasible, wide(s)) },
		"simulation":      func(w io.Writer, s report.Style) error { return report.Simulation(w, simulated, s) },
		"hybrid":          func(w io.Writer, s report.Style) error { return report.Plan(w, hybrid, s) },
		"hybrid-wide":     func(w io.Writer, s report.Style) error { return report.Plan(w, hybrid, wide(s)) },
		"routed":          func(w io.Writer, s report.Style) error { return report.Simulation(w, together, s) },
		"retried":         func(w io.Writer, s report.Style) error { return report.Simulation(w, retried, s) },
		"timeline":        func(w io.Writer, _ report.Style) error { return report.TimelineCSV(w, together) },
	}
}

func text(t testing.TB, page func(io.Writer, report.Style) error, style report.Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := page(&b, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden compares what came out with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites it):\n%s", path, diff)
	}
}

func TestText(t *testing.T) {
	for name, page := range pages(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".txt", text(t, page, report.Style{}))
		})
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9]*m")

// TestColour: codes come in pairs, on one line, only when asked for, and say nothing that the text does not.
func TestColour(t *testing.T) {
	painted := map[string][]string{
		"plan":       {"\x1b[1mVERDICT\x1b[0m \x1b[32mServe encoder", "\x1b[32mmet\x1b[0m", "\x1b[33mshort-trace\x1b[0m:"},
		"infeasible": {"\x1b[1mVERDICT\x1b[0m \x1b[31mNo arrangement"},
		"simulation": {"\x1b[1mHOME\x1b[0m", "\x1b[1mLaws checked\x1b[0m"},
	}
	for name, page := range pages(t) {
		t.Run(name, func(t *testing.T) {
			plain, colored := text(t, page, report.Style{}), text(t, page, report.Style{Color: true})
			if strings.Contains(plain, "\x1b") {
				t.Error("escape codes without colour")
			}
			for _, want := range painted[name] {
				if !strings.Contains(colored, want) {
					t.Errorf("no %q in\n%s", want, colored)
				}
			}
			for line := range strings.SplitSeq(colored, "\n") {
				codes := ansi.FindAllString(line, -1)
				if strings.Count(line, "\x1b") != len(codes) || len(codes)%2 != 0 {
					t.Errorf("unbalanced codes in %q", line)
				}
				for i := 1; i < len(codes); i += 2 {
					if codes[i] != "\x1b[0m" {
						t.Errorf("code %q is not ended in %q", codes[i-1], line)
					}
				}
			}
			// Wrapping may differ, since codes take room; words do not.
			if diff := cmp.Diff(strings.Fields(plain), strings.Fields(ansi.ReplaceAllString(colored, ""))); diff != "" {
				t.Errorf("colour changes the words:\n%s", diff)
			}
		})
	}
}

// TestWidth: prose is wrapped to fit a wide terminal; tables are as wide as they must be. No line ends in blanks.
func TestWidth(t *testing.T) {
	for name, page := range pages(t) {
		for i, line := range strings.Split(text(t, page, report.Style{}), "\n") {
			isProse := strings.HasPrefix(line, "  - ") || strings.HasPrefix(line, "    ") && !strings.Contains(strings.TrimSpace(line), "  ")
			if n := utf8.RuneCountInString(line); isProse && n > 130 {
				t.Errorf("%s:%d: %d columns: %s", name, i+1, n, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s:%d: ends in blanks: %q", name, i+1, line)
			}
		}
	}
}

// TestWideShowsEverything: each candidate and each refused offer, the latter with its reason and source.
func TestWideShowsEverything(t *testing.T) {
	p := search(t)
	got := text(t, func(w io.Writer, s report.Style) error { return report.Plan(w, p, s) }, report.Style{Wide: true})
	for _, c := range p.Candidates {
		if !strings.Contains(got, c.Offer) || !strings.Contains(got, c.Monthly.Dollars()) {
			t.Errorf("%s at %s is not shown", c.Offer, c.Monthly.Dollars())
		}
	}
	if len(p.Refused) == 0 {
		t.Fatal("nothing is refused")
	}
	for _, r := range p.Refused {
		if !strings.Contains(got, r.Reason) || !strings.Contains(got, r.Source) {
			t.Errorf("the refusal of %s is not shown: %s [%s]", r.Offer, r.Reason, r.Source)
		}
	}
}

// TestJSON: valid, with a schema version, complete, and the same after reading and writing.
func TestJSON(t *testing.T) {
	for name, test := range map[string]struct {
		record  any
		again   any
		version string
	}{
		"plan":       {search(t), new(plan.Plan), plan.SchemaVersion},
		"infeasible": {search(t, "monthlyBudget: 400", "monthlyBudget: 3"), new(plan.Plan), plan.SchemaVersion},
		"simulation": {simulation(t), new(plan.Simulation), plan.SimulationSchemaVersion},
		"hybrid":     {search(t, crowd...), new(plan.Plan), plan.SchemaVersion},
		"routed":     {routed(t), new(plan.Simulation), plan.SimulationSchemaVersion},
	} {
		t.Run(name, func(t *testing.T) {
			var once, twice bytes.Buffer
			if err := report.JSON(&once, test.record); err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(once.Bytes(), []byte("\x1b")) {
				t.Error("escape codes in JSON")
			}
			var head struct{ SchemaVersion string }
			if err := json.Unmarshal(once.Bytes(), &head); err != nil || head.SchemaVersion != test.version {
				t.Errorf("schema version %q, %v, want %q", head.SchemaVersion, err, test.version)
			}
			d := json.NewDecoder(bytes.NewReader(once.Bytes()))
			d.DisallowUnknownFields()
			if err := d.Decode(test.again); err != nil {
				t.Fatal(err)
			}
			if err := report.JSON(&twice, test.again); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(once.String(), twice.String()); diff != "" {
				t.Errorf("written and read again (-first +again):\n%s", diff)
			}
		})
	}
}

// full fails after a number of bytes, as a full disk does.
type full struct{ left int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestWriteErrors: an error of the writer comes back, wherever it strikes.
func TestWriteErrors(t *testing.T) {
	for name, page := range pages(t) {
		size := len(text(t, page, report.Style{}))
		for left := 0; left < size; left += size / 20 {
			if err := page(&full{left: left}, report.Style{}); !errors.Is(err, errFull) {
				t.Errorf("%s: %v after %d of %d bytes", name, err, left, size)
			}
		}
	}
}
