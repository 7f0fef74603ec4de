package plan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// traces is where recorded traffic lies beside the repository.
const traces = "../../../shared/data/traces"

// needTrace skips a test where a recorded trace is not at hand, or with -short.
func needTrace(t *testing.T, name string) {
	t.Helper()
	if testing.Short() {
		t.Skip("plans over all offers take seconds: not with -short")
	}
	if _, err := os.Stat(filepath.Join(traces, name)); err != nil {
		t.Skipf("the recorded trace %s is not beside the repository (in ../shared/data/traces): %v", name, err)
	}
}

// long reports whether the tests that take minutes are asked for.
func long() bool { return os.Getenv("FULCRUM_LONG") != "" }

const header = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: recorded}
spec:
`

// TestRealTraffic plans recorded traffic over every default offer, and works
// every bill out again.
func TestRealTraffic(t *testing.T) {
	day := "slice: {from: 1d, to: 2d}, scale: 0.05" // of 5.5 million requests
	if long() {
		day = "slice: {from: 1d, to: 2d}"
	}
	tests := map[string]struct {
		trace    string
		requests int64 // in the trace, 0 for not known
		spec     string
	}{
		"Azure LLM conversations": {"azure-llm-2023-conv.csv.gz", 19366, `
  traffic: {trace: {path: TRACE}}
  service:
    parameters: 8B
    profiles:
      - gpu: H100
        batched: {alpha: 6.6ms, beta: 66us, gamma: 16.5us, maxBatch: 128}
        source: measured
  artifacts: {image: 9GB, weights: 16GB}
  objectives: {timeToFirstToken: {p95: 2s}, timePerOutputToken: {p95: 150ms}}
`},
		"Alibaba images, with the recorded run times": {"alibaba-gentd26-t2i-2024-11-15_27.csv.gz", 11285, `
  traffic: {trace: {path: TRACE, columns: {time: gmt_create, work: exec_time_seconds}}}
  service:
    gpuMemory: 14GiB
    profiles:
      - {gpu: L4, fixed: {fromTrace: true}}
      - {gpu: A100-80, fixed: {fromTrace: true, speed: 2.7}}
  artifacts: {image: 8GB, weights: 7GB}
  payload: {response: 1.5MB}
  objectives: {latency: {p50: 90s, p95: 5m}}
  constraints: {timeout: 15m}
`},
		"Twitter, an encoder": {"twitter-stream-2018-d01-14.csv.gz", 0, `
  traffic: {trace: {path: TRACE}, ` + day + `}
  service:
    memory: 2GiB
    gpuMemory: 4GiB
    profiles:
      - {gpu: T4, fixed: {duration: {mean: 1.4ms, cv: 0.3}}}
      - {cpu: x86, fixed: {duration: {mean: 31ms, cv: 0.2}}}
      - {cpu: arm, fixed: {duration: {mean: 31ms, cv: 0.2}}}
    startUp: {init: {p50: 900ms, p99: 2s}}
  artifacts: {image: 300MB}
  objectives: {latency: {p95: 100ms, p99: 500ms}}
  constraints: {providers: [aws]}
`},
		"one Azure function": {"azure-functions-2019-8h500a-invocations.csv.gz", 5366, `
  traffic:
    trace: {path: TRACE, durations: DIR/azure-functions-2019-8h500a-durations.csv.gz, memory: DIR/azure-functions-2019-8h500a-memory.csv.gz, function: 266dafac}
  service:
    memory: 512MiB
    profiles:
      - {cpu: x86, fixed: {fromTrace: true}}
      - {cpu: arm, fixed: {fromTrace: true}}
  artifacts: {image: 200MB}
  objectives: {latency: {p95: 10s}}
`},
	}
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			needTrace(t, test.trace)
			m := model(t, header+strings.ReplaceAll(test.spec[1:], "DIR", traces), "TRACE", traces+"/"+test.trace)
			p := feasible(t, search(t, m, cat))
			if test.requests > 0 && p.Traffic.Requests != test.requests {
				t.Errorf("%d requests, the trace has %d", p.Traffic.Requests, test.requests)
			}
			if p.BestCluster == nil || p.BestServerless == nil || p.RunnerUp == nil || p.Tipping == nil {
				t.Errorf("no best of both sides, runner-up and tipping point: %v %v %v %v", p.BestCluster, p.BestServerless, p.RunnerUp, p.Tipping)
			}
			checkPlan(t, m, cat, p)
			checkShape(t, p, cat)
		})
	}
}

// checkShape checks what holds for every plan over a whole catalogue.
func checkShape(t testing.TB, p *plan.Plan, cat *catalog.Catalog) {
	t.Helper()
	type key struct {
		offer, region string
		class         catalog.PriceClass
	}
	considered, refused := map[key]bool{}, map[key]bool{}
	for _, c := range p.Candidates {
		considered[key{c.Offer, c.Region, c.PriceClass}] = true
		if c.Status == plan.Feasible && c.Monthly.Less(cheapest(p).Monthly) {
			t.Errorf("%s %s costs %s, less than the best", c.Offer, c.Variant, c.Monthly)
		}
		if c.Status == plan.Dominated && c.Monthly.Less(p.Best.Monthly) {
			t.Errorf("%s %s was left out at %s at least, the best costs %s", c.Offer, c.Variant, c.Monthly, p.Best.Monthly)
		}
	}
	for _, r := range p.Refused {
		k := key{r.Offer, r.Region, r.PriceClass}
		refused[k] = true
		if considered[k] {
			t.Errorf("%v is refused and a candidate", k)
		}
		if r.Gate == "" || r.Reason == "" {
			t.Errorf("%v is refused without a gate or a reason: %+v", k, r)
		}
	}
	for _, o := range cat.Offers() {
		if k := (key{o.ID, o.Region, o.PriceClass}); !considered[k] && !refused[k] {
			t.Errorf("%v is neither a candidate nor refused", k)
		}
	}
}
