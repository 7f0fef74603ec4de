package suitefile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml/schematest"
	"github.com/google/go-cmp/cmp"

	sigsyaml "sigs.k8s.io/yaml"
)

const suiteFile = `apiVersion: fulcrum.dev/v1alpha1
kind: Suite
metadata: {name: encoder, description: the encoder in two places}
spec:
  targets:
    - name: k8s
      url: http://127.0.0.1:8080/predict
      http: {method: POST, body: '{"text": "{{.Prompt}}"}', contentType: application/json}
      headers: {x-team: search}
      bearerFrom: K8S_TOKEN
      connection: {http: h2c, fresh: true}
      expect: {status: 200, contentType: application/json, json: {data.0.score: "*"}}
      coldStart: {kubernetes: {kubeconfig: config, context: prod, namespace: models, deployment: encoder, by: delete}}
      keepAlive: {from: 10s, to: 20m, within: 5%}
    - name: chat
      url: https://127.0.0.1:8443/v1/chat/completions
      protocol: openai-chat
      openai: {model: tiny, prompt: Hello, maxTokens: 16, stream: true}
      connection: {http: "2", caFile: ca.pem, insecure: true}
  load:
    phases:
      - {rate: 10/s, duration: 10s}
      - {rate: 10/s, to: 50/s, duration: 20s}
      - {rate: 50/s, amplitude: 40/s, period: 5s, duration: 20s}
    arrivals: constant
    sizes: {input: 100, output: 20}
    speed: 2
    seed: 7
  coldStarts: {count: 3, settle: 0s, timeout: 5m}
  keepAlive: {to: 1h}
  turn: 0s
  timeout: 5s
  maxInFlight: 64
  warmup: 2s
  gate: {percentile: 95, most: 5ms}
  thresholds:
    - target: k8s
      latency: {p95: 200ms}
      timeToFirstByte: {p50: 1s}
      errors: 1%
    - target: chat
      timeToFirstToken: {p99: 1s}
      timePerOutputToken: {p50: 50ms}
`

func TestLoadSuite(t *testing.T) {
	s, err := Load("suite.yaml", []byte(suiteFile))
	if err != nil {
		t.Fatal(err)
	}
	written, err := sigsyaml.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load("again.yaml", written)
	if err != nil {
		t.Fatalf("%v\n%s", err, written)
	}
	if diff := cmp.Diff(s, again); diff != "" {
		t.Errorf("written and read again (-first +again):\n%s", diff)
	}
	if err := Validate("suite", s); err != nil {
		t.Error(err)
	}
}

func TestSuiteDefaults(t *testing.T) {
	s, err := Load("suite.yaml", []byte(`{apiVersion: fulcrum.dev/v1alpha1, kind: Suite, metadata: {name: a},
  spec: {targets: [{name: a, url: "http://localhost:1/"}, {name: b, url: "http://localhost:1/", protocol: openai-embeddings, openai: {model: m}}],
  load: {phases: [{rate: 1/s, duration: 1s}]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	a, b, spec := s.Spec.Targets[0], s.Spec.Targets[1], s.Spec
	if a.Protocol != "http" || a.HTTP.Method != "GET" || a.Connection.HTTP != "1.1" || *b.OpenAI.Stream {
		t.Errorf("targets %+v and %+v", a, b)
	}
	if spec.Timeout.String() != "1m" || spec.MaxInFlight != 1024 || spec.Gate.Percentile != 99 || spec.Gate.Most.String() != "10ms" ||
		spec.Load.Arrivals != "poisson" || spec.Load.Speed != 1 || *spec.Load.Seed != 1 {
		t.Errorf("%+v", spec)
	}
}

// TestLoadSuiteRefuses edits one place of a good file.
func TestLoadSuiteRefuses(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"unknown field":     {"timeout: 5s", "timeuot: 5s", `suite.yaml:32:3: spec: unknown field "timeuot": did you mean "timeout"?`},
		"another kind":      {"kind: Suite", "kind: Model", "suite.yaml:2:7: kind: "},
		"no scheme":         {"http://127.0.0.1:8080/predict", "127.0.0.1:8080", "spec.targets[0].url: expected a URL with http or https"},
		"credentials":       {"http://127.0.0.1:8080", "http://me:secret@127.0.0.1:8080", "spec.targets[0].url: holds credentials"},
		"a secret header":   {"x-team: search", "Authorization: Bearer abc", "spec.targets[0].headers[Authorization]: is a credential"},
		"same name":         {"name: chat", "name: k8s", `spec.targets[1].name: "k8s" is there twice`},
		"h2c with TLS":      {`http: "2"`, "http: h2c", "spec.targets[1].connection.http: is HTTP/2 without TLS"},
		"openai over http":  {"protocol: openai-chat", "protocol: http", "spec.targets[1].openai: belongs to the openai protocols"},
		"no target":         {"target: k8s", "target: lambda", `spec.thresholds[0].target: there is no target "lambda"`},
		"no tokens":         {"stream: true", "stream: false", "spec.thresholds[1].timeToFirstToken: target chat shows no tokens"},
		"a ramp and a wave": {"amplitude: 40/s", "to: 3/s, amplitude: 40/s", "spec.load.phases[2].to: contradicts amplitude"},
		"a wave below 0":    {"amplitude: 40/s", "amplitude: 60/s", "spec.load.phases[2].amplitude: expected at most the rate"},
		"half a wave":       {"amplitude: 40/s, ", "", "spec.load.phases[2]: a wave needs both"},
		"two loads":         {"    arrivals: constant", "    closed: {callers: 1, duration: 1s}", "spec.load: expected exactly one of phases, traffic and closed, got 2"},
		"percentiles":       {"{p95: 200ms}", "{p50: 1s, p95: 200ms}", "spec.thresholds[0].latency.p95: expected at least the p50"},
		"two methods":       {"coldStart: {", "coldStart: {idle: 1m, ", "spec.targets[0].coldStart: expected exactly one of kubernetes, lambda, cloudRun and idle, got 2"},
		"no Deployment":     {"deployment: encoder", "deployment: deployment/encoder", `kubernetes.deployment: expected the name of a Deployment alone, such as encoder, got "deployment/encoder"`},
		"no function":       {"coldStart: {kubernetes: {kubeconfig: config, context: prod, namespace: models, deployment: encoder, by: delete}}", "coldStart: {lambda: {variable: A}}", "coldStart.lambda: changes the function that the URL names"},
		"no service":        {"coldStart: {kubernetes: {kubeconfig: config, context: prod, namespace: models, deployment: encoder, by: delete}}", "coldStart: {cloudRun: {service: infer}}", "coldStart.cloudRun.service: expected projects/PROJECT/locations/REGION/services/NAME"},
		"nobody says how":   {"      coldStart: {kubernetes: {kubeconfig: config, context: prod, namespace: models, deployment: encoder, by: delete}}\n", "", "spec.coldStarts: no target says how"},
		"no room to search": {"keepAlive: {to: 1h}", "keepAlive: {to: 1m}", "spec.keepAlive: expected from to be shorter than to, between which the window is looked for, got 1m and 1m"},
		"too long ago":      {"rate: 10/s, duration: 10s", "rate: 10/s, duration: 0s", "spec.load.phases[0].duration"},
	} {
		file := strings.Replace(suiteFile, test.old, test.new, 1)
		if file == suiteFile {
			t.Fatalf("%s: nothing was edited", name)
		}
		_, err := Load("suite.yaml", []byte(file))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error\n%v\nwant one with\n%s", name, err, test.want)
		}
	}
	if _, err := Load("suite.yaml", nil); err == nil || !strings.Contains(err.Error(), "expected a suite with apiVersion") {
		t.Errorf("an empty file: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(suiteFile))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Load("suite.yaml", data)
		if err != nil {
			return
		}
		if err := Validate("again", s); err != nil {
			t.Errorf("what was read is refused: %v", err)
		}
	})
}

// examples returns the example suites by name.
func examples(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../../examples/bench/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	found := map[string][]byte{}
	for _, name := range names {
		if found[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func TestSuiteExamples(t *testing.T) {
	for name, data := range examples(t) {
		if _, err := Load(name, data); err != nil {
			t.Error(err)
		}
	}
}

func TestSuitesObeySchema(t *testing.T) {
	compiled := schematest.Compile(t, v1alpha1.SuiteSchema())
	suites := examples(t)
	suites["suiteFile"] = []byte(suiteFile)
	for name, data := range suites {
		if err := compiled.Validate(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s, err := Load(name, data)
		if err != nil {
			t.Fatal(err)
		}
		withDefaults, err := sigsyaml.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(withDefaults); err != nil {
			t.Errorf("%s with defaults: %v", name, err)
		}
	}
	for _, edit := range [][2]string{
		{"timeout: 5s", "timeuot: 5s"},
		{"timeout: 5s", "timeout: 5"},
		{"kind: Suite", "kind: Model"},
		{"x-team: search", "x-team: 5"},
		{"http: h2c", "http: h3"},
		{"rate: 10/s, duration: 10s", "rate: 10/s"},
		{"maxInFlight: 64", "maxInFlight: 0"},
	} {
		file := strings.Replace(suiteFile, edit[0], edit[1], 1)
		if file == suiteFile || compiled.Validate([]byte(file)) == nil {
			t.Errorf("the schema allows %s", edit[1])
		}
	}
}

// TestSuiteWithoutLoad: cold starts are a suite of their own.
func TestSuiteWithoutLoad(t *testing.T) {
	const head = `{apiVersion: fulcrum.dev/v1alpha1, kind: Suite, metadata: {name: a}, spec: {targets: [{name: a, url: "http://localhost:1/"`
	s, err := Load("suite.yaml", []byte(head+`, coldStart: {cloudRun: {service: projects/p/locations/l/services/s}}, keepAlive: {to: 5m}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	c, k := s.Spec.ColdStarts, s.Spec.SearchOf(&s.Spec.Targets[0])
	if s.Spec.Load.HasLoad() || c.Count != 5 || c.Settle.String() != "5s" || c.Timeout.String() != "15m" ||
		s.Spec.Targets[0].ColdStart.CloudRun.Endpoint != "https://run.googleapis.com" || k.From.String() != "1m" || k.To.String() != "5m" || k.Within != 0.1 {
		t.Errorf("%+v %+v %+v", s.Spec, c, k)
	}
	if err := Validate("again", s); err != nil {
		t.Error(err)
	}
	_, err = Load("suite.yaml", []byte(head+`}]}}`))
	if err == nil || !strings.Contains(err.Error(), "spec.load: expected exactly one of phases, traffic and closed, got 0") {
		t.Errorf("error %v", err)
	}
}
