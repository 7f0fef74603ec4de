package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// refusal returns the plan's refusal of an offer, and fails when there is none.
func refusal(t testing.TB, p *plan.Plan, offer string, class catalog.PriceClass) plan.Refusal {
	t.Helper()
	for _, r := range p.Refused {
		if r.Offer == offer && r.PriceClass == class {
			return r
		}
	}
	t.Fatalf("%s (%s) is not refused; refused are %+v", offer, class, p.Refused)
	return plan.Refusal{}
}

// llm is a language model of 8 billion parameters without any profile, over all offers of acme.
const llm = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: llm}
spec:
  traffic: {generator: {rate: 0.2/s, span: 20m, sizes: {input: {mean: 300, cv: 1}, output: {mean: 40, cv: 1}}}}
  service: {parameters: 8B}
  objectives: {latency: {p95: 60s}}
  homes: [{offer: "acme/*"}]
`

// TestGates has a case for each hard constraint, with its whole message.
func TestGates(t *testing.T) {
	// Without a list of homes, every offer of the catalogue is judged.
	every, none := `homes: [{offer: "acme/*"}]`, "# no homes"
	tests := map[string]struct {
		text    string
		replace []string
		offer   string
		class   catalog.PriceClass
		want    plan.Refusal // Gate, Reason and Source
	}{
		"a GPU where none is sold": {
			text: llm, offer: "acme/functions/x86",
			want: plan.Refusal{Gate: "not-sold", Reason: "the model needs a GPU: acme functions have no GPU", Source: "acme price list of November 2026"},
		},
		"a GPU that the offer has not": {
			text: llm, offer: "acme/nodes/small",
			want: plan.Refusal{Gate: "gpu", Reason: "no service profile for an x86 CPU"},
		},
		"a GPU without a profile or an estimate": {
			text: llm, replace: []string{"parameters: 8B", "profiles: [{gpu: H100, batched: {alpha: 7ms, beta: 66us, gamma: 17us}}]"}, offer: "acme/nodes/gpu",
			want: plan.Refusal{Gate: "gpu", Reason: "no service profile for L4, and none can be estimated without parameters"},
		},
		"a GPU that is not allowed": {
			text: llm, replace: []string{every, every + "\n  constraints: {gpus: [H100, a100-80]}"}, offer: "acme/nodes/gpu",
			want: plan.Refusal{Gate: "gpu", Reason: "L4 is not among H100, A100-80"},
		},
		"no GPU where one is demanded": {
			text: encoder, replace: []string{"minReplicas: 0", "gpus: [L4]"}, offer: "acme/nodes/small",
			want: plan.Refusal{Gate: "gpu", Reason: "it has no GPU; the model may run on L4"},
		},
		"weights beyond the GPU's memory": {
			text: llm, replace: []string{"parameters: 8B", "parameters: 8B, gpuMemory: 30GiB"}, offer: "acme/nodes/gpu",
			want: plan.Refusal{Gate: "gpu-memory", Reason: "the model needs 30.0 GiB of GPU memory, 1 x L4 has 24", Source: "NVIDIA L4 datasheet"},
		},
		"a model that leaves no room for its cache": {
			text: llm, replace: []string{"parameters: 8B", "parameters: 13B"}, offer: "acme/nodes/gpu",
			want: plan.Refusal{Gate: "gpu", Reason: "the weights leave no room for a KV-cache in the 24GiB of one L4; more than one GPU per replica needs a profile"},
		},
		"less GPU memory than asked for": {
			text: llm, replace: []string{every, every + "\n  constraints: {minGPUMemory: 40GiB}"}, offer: "acme/containers/gpu",
			want: plan.Refusal{Gate: "gpu-memory", Reason: "one L4 has 24GiB of memory, less than the 40GiB asked for", Source: "NVIDIA L4 datasheet"},
		},
		"a CUDA older than the GPU": {
			text: llm, replace: []string{every, every + "\n  constraints: {cuda: \"11.4\"}"}, offer: "acme/nodes/gpu",
			want: plan.Refusal{Gate: "cuda", Reason: "L4 needs CUDA 11.8 or newer, the image is built with 11.4", Source: "NVIDIA L4 datasheet"},
		},
		"a CUDA newer than the driver": {
			text: llm, replace: []string{every, every + "\n  constraints: {cuda: \"12.8\"}"}, offer: "acme/containers/gpu",
			want: plan.Refusal{Gate: "cuda", Reason: "its driver runs CUDA up to 12.4, the image is built with 12.8", Source: "acme limits of containers"},
		},
		"a TensorRT older than the GPU": {
			text: llm, replace: []string{every, every + "\n  constraints: {tensorrt: \"8.4\"}"}, offer: "acme/nodes/gpu",
			want: plan.Refusal{Gate: "tensorrt", Reason: "L4 needs TensorRT 8.5 or newer, the engine is built with 8.4", Source: "NVIDIA L4 datasheet"},
		},
		"another provider": {
			text: encoder, replace: []string{"minReplicas: 0", "providers: [acme, runpod]", every, none}, offer: "modal/cpu/core",
			want: plan.Refusal{Gate: "provider", Reason: "provider modal is not among acme, runpod"},
		},
		"another region": {
			text: encoder, replace: []string{"minReplicas: 0", "regions: [ber, us-east]"}, offer: "acme/functions/x86",
			want: plan.Refusal{Gate: "region", Reason: "region oslo is not among ber, us-east"},
		},
		"spot without leave": {
			text: encoder, replace: []string{"minReplicas: 0", "providers: [acme]", every, none}, offer: "acme/nodes/small", class: catalog.Spot,
			want: plan.Refusal{Gate: "price-class", Reason: "spot capacity can be taken away; spec.constraints.spot allows it"},
		},
		"a commitment without leave": {
			text: encoder, replace: []string{"minReplicas: 0", "providers: [acme], commitments: [3y]", every, none}, offer: "acme/nodes/small", class: catalog.Commit1Y,
			want: plan.Refusal{Gate: "price-class", Reason: "binds for 1y; spec.constraints.commitments allows it"},
		},
		"a price of low confidence": {
			text: encoder, offer: "acme/nodes/rumoured",
			want: plan.Refusal{
				Gate: "confidence", Reason: "its price is undated, derived or conflicting; spec.constraints.lowConfidence allows it", Source: "a rumour about acme",
			},
		},
		"more memory than sold": {
			text: encoder, replace: []string{"memory: 1GiB", "memory: 12GiB"}, offer: "acme/functions/x86",
			want: plan.Refusal{Gate: "memory", Reason: "the model needs 12GiB of memory, at most 10GiB can be had", Source: "acme limits of functions"},
		},
		"more memory than the node has for pods": {
			text: encoder, replace: []string{"memory: 1GiB", "memory: 4GiB"}, offer: "acme/nodes/small",
			want: plan.Refusal{Gate: "fit", Reason: "a replica needs 4GiB of memory, the node has 3686MiB for pods"},
		},
		"a larger image than allowed": {
			text: encoder, replace: []string{"image: 1GB", "image: 12GB"}, offer: "acme/functions/x86",
			want: plan.Refusal{Gate: "image", Reason: "the image has 12 GB, at most 10 GB is allowed", Source: "acme limits of functions"},
		},
		"longer requests than allowed": {
			text: encoder, replace: []string{"minReplicas: 0", "timeout: 20m"}, offer: "acme/functions/x86",
			want: plan.Refusal{Gate: "timeout", Reason: "a request may take 20m, the platform stops it after 15m", Source: "acme limits of functions"},
		},
		"a larger body than allowed": {
			text: encoder, replace: []string{"artifacts:", "payload: {maxRequest: 8MB}\n  artifacts:"}, offer: "acme/functions/x86",
			want: plan.Refusal{Gate: "payload", Reason: "a request body may have 8 MB, at most 6 MB is allowed", Source: "acme limits of functions"},
		},
		"batches in a function": {
			text: encoder, replace: []string{
				"rate: 0.5/s, span: 1h", "rate: 0.5/s, span: 1h, sizes: {output: 20}",
				"{cpu: x86, fixed: {duration: {mean: 400ms, cv: 0.5}}, source: measured, reference: a bench}", "{cpu: x86, batched: {alpha: 20ms, beta: 2ms, gamma: 1ms}}",
			}, offer: "acme/functions/x86",
			want: plan.Refusal{Gate: "fit", Reason: "a function environment serves one request at a time; the profile for x86 CPUs is batched"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.class == "" {
				test.class = catalog.OnDemand
			}
			m := model(t, test.text, test.replace...)
			for i := range m.Spec.Homes { // of acme/*, to be quick, only the offer in question
				m.Spec.Homes[i].Offer = test.offer
			}
			p := search(t, m, acme())
			got := refusal(t, p, test.offer, test.class)
			if got.Gate != test.want.Gate || got.Reason != test.want.Reason || got.Source != test.want.Source {
				t.Errorf("refused %+v\nwant    %+v", got, test.want)
			}
			if slices.ContainsFunc(p.Candidates, func(c *plan.Candidate) bool { return c.Offer == test.offer && c.PriceClass == test.class }) {
				t.Errorf("%s is refused and a candidate", test.offer)
			}
		})
	}
}

// TestGatesOpen: what a gate asks leave for is planned when leave is given.
func TestGatesOpen(t *testing.T) {
	tests := map[string]struct {
		replace []string
		offer   string
		class   catalog.PriceClass
	}{
		"spot":           {[]string{"minReplicas: 0", "spot: true", `offer: "acme/*"`, "offer: acme/nodes/small, priceClass: spot"}, "acme/nodes/small", catalog.Spot},
		"commitment":     {[]string{"minReplicas: 0", "commitments: [1y]", `offer: "acme/*"`, "offer: acme/nodes/small, priceClass: 1y"}, "acme/nodes/small", catalog.Commit1Y},
		"low confidence": {[]string{"minReplicas: 0", "lowConfidence: true"}, "acme/nodes/rumoured", catalog.OnDemand},
		"region":         {[]string{"minReplicas: 0", "regions: [os]"}, "acme/functions/x86", catalog.OnDemand},
		"CUDA":           {[]string{"minReplicas: 0", "cuda: \"12.4\""}, "acme/containers/gpu", catalog.OnDemand},
		"TensorRT":       {[]string{"minReplicas: 0", "tensorrt: 8.5.0"}, "acme/nodes/gpu", catalog.OnDemand},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := model(t, encoder, test.replace...)
			if len(m.Spec.Homes) == 1 {
				m.Spec.Homes[0].Offer = test.offer
			}
			p := feasible(t, search(t, m, acme()))
			if !slices.ContainsFunc(p.Candidates, func(c *plan.Candidate) bool { return c.Offer == test.offer && c.PriceClass == test.class }) {
				t.Errorf("%s (%s) is no candidate; refused are %+v", test.offer, test.class, p.Refused)
			}
		})
	}
}

// TestLambdaHasNoGPU: the embedded catalogue says why and by which source, and so does the plan.
func TestLambdaHasNoGPU(t *testing.T) {
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := search(t, model(t, llm, `offer: "acme/*"`, `offer: "aws/*"`), cat)
	for _, offer := range []string{"aws/lambda/x86", "aws/lambda/arm", "aws/fargate/x86"} {
		r := refusal(t, p, offer, catalog.OnDemand)
		if r.Gate != "not-sold" || !strings.Contains(r.Reason, "has no GPU") || r.Source == "" {
			t.Errorf("%+v", r)
		}
	}
}

func TestErrors(t *testing.T) {
	tests := map[string]struct {
		replace []string
		want    string
	}{
		"an unknown GPU in a constraint": {
			[]string{"minReplicas: 0", "gpus: [L5]"},
			`spec.constraints.gpus[0]: the catalogue knows no GPU "L5"; the nearest is L4 (see fulcrum catalog list)`,
		},
		"an unknown GPU in a profile": {
			[]string{"gpu: L4", "gpu: H1OO"},
			`spec.service.profiles[1].gpu: the catalogue knows no GPU "H1OO"; the nearest is H100 (see fulcrum catalog list)`,
		},
		"a prefix that nothing begins with": {
			[]string{"acme/*", "acmee/*"}, "spec.homes[0].offer: no offer of the catalogue matches acmee/*; see fulcrum catalog list",
		},
		"an unknown offer": {
			[]string{`"acme/*"`, "acme/nodes/smal"}, `spec.homes[0]: unknown offer "acme/nodes/smal": did you mean acme/nodes/small, acme/nodes/gpu, acme/nodes/gpus?`,
		},
		"an offer that is not sold": {
			[]string{`"acme/*"`, "acme/functions/gpu"},
			"spec.homes[0]: acme/functions/gpu is not sold: acme functions have no GPU (source: acme price list of November 2026; as of 2026-11-02)",
		},
		"an unknown region": {
			[]string{`"acme/*"`, "acme/nodes/small, region: osl"}, `spec.homes[0]: acme/nodes/small has no on-demand price in region "osl": did you mean oslo?`,
		},
		"settings of another kind": {
			[]string{`"acme/*"`, "acme/nodes/small, function: {memory: 1GiB}"}, "spec.homes[0]: acme/nodes/small is a Kubernetes node: give its settings under cluster",
		},
		"traffic without a request": {
			[]string{"rate: 0.5/s, span: 1h", "rate: 1/month, span: 1ms"}, "the traffic holds no request: there is nothing to simulate",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := plan.Search(context.Background(), input(t, model(t, encoder, test.replace...), acme()))
			if p != nil || err == nil || err.Error() != test.want {
				t.Errorf("Search = %v\n%v\nwant %s", p, err, test.want)
			}
		})
	}
}

func TestSearchStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in := input(t, model(t, encoder), acme())
	in.Progress = func(done, _ int) {
		if done == 1 {
			cancel()
		}
	}
	if p, err := plan.Search(ctx, in); p != nil || err == nil {
		t.Errorf("a cancelled search returned %v, %v", p, err)
	}
}
