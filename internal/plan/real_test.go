package plan_test

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/plan"
)

// traces is where recorded traffic lies beside the repository.
const traces = "../../../shared/data/traces"

// needTrace skips a test where a recorded trace is not at hand.
func needTrace(t *testing.T, name string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(traces, name)); err != nil {
		t.Skipf("the recorded trace %s is not beside the repository (in ../shared/data/traces): %v", name, err)
	}
}

const header = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: recorded}
spec:
`

// recorded is a model of a recorded trace.
type recorded struct {
	trace    string
	requests int64 // in the trace, 0 for not known
	spec     string
	short    bool // planned where long tests are not asked for, too
}

// cpuModel takes 200 ms of a CPU.
const cpuModel = `
  service:
    memory: 1GiB
    profiles: [{cpu: x86, vcpu: 1, fixed: {duration: {mean: 200ms, cv: 0.5}}}]
    startUp: {init: 2s}
  artifacts: {image: 1GB}
  objectives: {latency: {p95: 1s}}
`

// TestRealTraffic plans recorded traffic over every default offer, works every bill out again, and simulates all that is shown
// again on all of the traffic: of two short traces, of all where long tests are asked for, and of the long ones a part or the whole.
func TestRealTraffic(t *testing.T) {
	day := "slice: {from: 1d, to: 2d}, scale: 0.05" // of 5.5 million requests
	part := func(text string) string {
		if longtest.Whole() {
			return ""
		}
		return ", " + text
	}
	tests := map[string]recorded{
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
`, false},
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
`, false},
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
`, false},
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
`, true},
		"Mooncake, with long prompts": {"mooncake-fast25-synthetic.jsonl.gz", 3993, `
  traffic: {trace: {path: TRACE}}
  service: {parameters: 8B}
  artifacts: {image: 9GB, weights: 16GB}
  objectives: {timeToFirstToken: {p95: 10s}, timePerOutputToken: {p95: 200ms}}
`, true},
		"World Cup, around the final, a CPU model": {"worldcup98-0430-0624-1m.csv.gz", 0, `
  traffic: {trace: {path: TRACE}` + part("slice: {from: 50d, to: 51d}, scale: 0.02") + `}
` + cpuModel, false},
		"Twitter, a CPU model": {"twitter-stream-2018-d01-14.csv.gz", 0, `
  traffic: {trace: {path: TRACE}` + part("slice: {from: 1d, to: 2d}, scale: 0.2") + `}
` + cpuModel, false},
		"ServeGen, a 7B model": {"servegen-m-small-rates.csv.gz", 0, `
  traffic: {trace: {path: TRACE, tokens: DIR/servegen-m-small-tokens.csv.gz}` + part("slice: {from: 1d, to: 26h}, scale: 0.005") + `}
  service: {parameters: 8B}
  artifacts: {image: 9GB, weights: 16GB}
  objectives: {timeToFirstToken: {p95: 5s}, timePerOutputToken: {p95: 200ms}}
`, false},
		"ServeGen, a 7B model of text and images": {"servegen-mm-image-rates.csv.gz", 0, `
  traffic: {trace: {path: TRACE, tokens: DIR/servegen-mm-image-tokens.csv.gz}` + part("slice: {from: 8h, to: 10h}, scale: 0.1") + `}
  service: {parameters: 8B}
  artifacts: {image: 9GB, weights: 17GB}
  payload: {request: 500kB}
  objectives: {timeToFirstToken: {p95: 3s}, timePerOutputToken: {p95: 150ms}}
`, false},
		"all Azure functions of a day": {"azure-functions-2019-dayA-invocations.csv.gz", 0, `
  traffic: {trace: {path: TRACE, durations: DIR/azure-functions-2019-dayA-durations.csv.gz, memory: DIR/azure-functions-2019-dayA-memory.csv.gz}` + part("slice: {from: 8h, to: 10h}") + `}
  service:
    memory: 512MiB
    profiles: [{cpu: x86, fixed: {fromTrace: true}}]
  artifacts: {image: 200MB}
  objectives: {latency: {p95: 60s}}
`, false},
	}
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !test.short {
				longtest.Need(t, "plans a recorded trace over every offer and simulates all that is shown again")
			}
			needTrace(t, test.trace)
			m := model(t, header+strings.ReplaceAll(test.spec[1:], "DIR", traces), "TRACE", traces+"/"+test.trace)
			in := input(t, m, cat)
			p, err := plan.Search(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			feasible(t, p)
			if test.requests > 0 && p.Traffic.Requests != test.requests {
				t.Errorf("%d requests, the trace has %d", p.Traffic.Requests, test.requests)
			}
			if p.BestCluster == nil || p.BestServerless == nil || p.RunnerUp == nil || p.Tipping == nil {
				t.Errorf("no best of both sides, runner-up and tipping point: %v %v %v %v", p.BestCluster, p.BestServerless, p.RunnerUp, p.Tipping)
			}
			checkPlan(t, m, cat, p)
			checkShape(t, p, cat)
			checkVerified(t, in, p)
			checkCurve(t, p)
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

// checkCurve checks that the costs of either side are today's at today's traffic, and fall with more traffic only where the
// point says why.
func checkCurve(t testing.TB, p *plan.Plan) {
	t.Helper()
	if p.Tipping == nil {
		return
	}
	curve := p.Tipping.Curve
	if !slices.IsSortedFunc(curve, func(a, b plan.TippingPoint) int { return cmp.Compare(a.Factor, b.Factor) }) {
		t.Errorf("the factors are not in order: %s", jsonOf(t, curve))
	}
	for i, c := range curve {
		if c.Factor == 1 && (c.ClusterMonthly.Cmp(p.BestCluster.Monthly.Decimal) != 0 || c.ServerlessMonthly.Cmp(p.BestServerless.Monthly.Decimal) != 0) {
			t.Errorf("today's point costs %s and %s, the best of the sides cost %s and %s", c.ClusterMonthly, c.ServerlessMonthly, p.BestCluster.Monthly, p.BestServerless.Monthly)
		}
		if i+1 == len(curve) {
			continue
		}
		next := sidesOf(curve[i+1])
		for k, s := range sidesOf(c) {
			falls := s.monthly != nil && next[k].monthly != nil && next[k].monthly.Less(*s.monthly)
			if said := slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "the "+s.name+" home costs more") }); falls != said {
				t.Errorf("at %g times the traffic the %s side costs %s, at %g times %s; the point says %q", c.Factor, s.name, s.monthly, curve[i+1].Factor, next[k].monthly, c.Notes)
			}
			if falls && testing.Verbose() {
				t.Logf("%s", c.Notes)
			}
		}
	}
}
