package model_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
	"fulcrum.dev/fulcrum/test/lab/container"
	"fulcrum.dev/fulcrum/test/lab/lambda"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
)

// measured runs a suite of targets that take turns by request, and returns the records by target. Each ends in a right way.
func measured(t *testing.T, access map[string]target.Access, perSecond float64, d time.Duration, right []record.Kind, targets ...v1alpha1.Target) map[string][]record.Record {
	t.Helper()
	s := &v1alpha1.Suite{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "lab"}}
	s.Spec.Targets, s.Spec.Turn = targets, new(unit.Duration)
	s.Spec.Load = v1alpha1.SuiteLoad{Arrivals: "constant", Phases: []v1alpha1.Phase{{Rate: unit.Rate(perSecond), Duration: unit.Duration(d)}}}
	suitefile.Default(s)
	if err := suitefile.Validate("suite", s); err != nil {
		t.Fatal(err)
	}
	in := bench.Input{Suite: s, Access: access}
	var err error
	if in.Workload, err = bench.Workload(nil, s); err != nil {
		t.Fatal(err)
	}
	if in.Projection, err = bench.Project(s, in.Workload); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	end, err := bench.Run(t.Context(), in, &b)
	if err != nil {
		t.Fatal(err)
	}
	log, err := record.ReadLog(&b)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string][]record.Record{}
	for _, r := range log.Records {
		name := log.Header.Targets[r.Target].Name
		by[name] = append(by[name], r)
		if !slices.Contains(right, r.Kind) {
			t.Errorf("%s: request %d: %s with status %d (%s)", name, r.Sequence, r.Kind, r.Status, end.Examples[r.Kind.String()])
		}
	}
	return by
}

func coldOf(records []record.Record) (n int) {
	for _, r := range records {
		if r.Cold {
			n++
		}
	}
	return n
}

// TestBenchComparesEncoders asks one encoder behind Lambda, in events and by the same protocol, and one behind containers.
func TestBenchComparesEncoders(t *testing.T) {
	h := serverless(t, lambda.Config{})
	create(t, h.Client(), "encoder", encoder(t))
	s, _ := containers(t, container.Config{}, 1)
	ask := func() *v1alpha1.OpenAIRequest { return &v1alpha1.OpenAIRequest{Model: "encoder"} }
	by := measured(t, map[string]target.Access{"function": {AWS: h.Credentials(), Endpoint: h.URL()}}, 3, 6*time.Second, []record.Kind{record.OK},
		v1alpha1.Target{Name: "function", URL: "lambda://encoder/v1/embeddings?region=us-east-1", Protocol: "openai-embeddings", OpenAI: ask()},
		v1alpha1.Target{Name: "container", URL: s.URL() + "/v1/embeddings", Protocol: "openai-embeddings", OpenAI: ask()})
	if len(by["function"]) < 8 || len(by["container"]) < 8 {
		t.Fatalf("%d and %d requests", len(by["function"]), len(by["container"]))
	}
	if cold := coldOf(by["function"]); cold == 0 || cold > len(by["function"])/2 {
		t.Errorf("%d of %d calls of the function were cold", cold, len(by["function"]))
	}
	for name, records := range by {
		for _, r := range records {
			if r.TokensIn == 0 || r.BytesIn == 0 {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
}

// TestBenchStreamsFromAFunction reads tokens out of the response stream. A model of random weights may also have nothing to
// say, which is a wrong answer.
func TestBenchStreamsFromAFunction(t *testing.T) {
	h := serverless(t, lambda.Config{})
	c := llama(t, gguf.Small, 1)
	c.Variables["INVOKE_MODE"] = "RESPONSE_STREAM"
	create(t, h.Client(), "llama", c)
	by := measured(t, map[string]target.Access{"function": {AWS: h.Credentials(), Endpoint: h.URL()}}, 2, 4*time.Second, []record.Kind{record.OK, record.WrongAnswer}, v1alpha1.Target{
		Name: "function", URL: "lambda://llama/v1/completions?region=us-east-1", Protocol: "openai-completions",
		OpenAI: &v1alpha1.OpenAIRequest{Model: "small", Prompt: "Hello", MaxTokens: 12},
	})
	said := 0
	for _, r := range by["function"] {
		if r.Kind == record.WrongAnswer {
			continue
		}
		if said++; r.ChunkCount < 2 || r.TokensOut == 0 || r.FirstToken < r.FirstByte || r.LastByte <= r.FirstToken {
			t.Errorf("request %d: %+v", r.Sequence, r)
		}
	}
	if said == 0 {
		t.Error("the model said nothing at all")
	}
	if coldOf(by["function"]) == 0 {
		t.Error("no call was cold, and the first one had to be")
	}
}
