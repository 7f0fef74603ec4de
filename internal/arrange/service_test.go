package arrange

import (
	"math"
	"strings"
	"sync"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/random"
)

var embedded = sync.OnceValue(func() *catalog.Catalog {
	cat, err := catalog.Load(nil)
	if err != nil {
		panic(err)
	}
	return cat
})

func onGPU(kind string) catalog.Hardware {
	return catalog.Hardware{GPU: kind, GPUs: 1, Arch: "x86", VCPU: 8, Memory: 64 << 10}
}

func onCPU(vcpu float64) catalog.Hardware {
	return catalog.Hardware{Arch: "x86", VCPU: vcpu, Memory: 16 << 10}
}

func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if math.Abs(got-want) > share*math.Abs(want) {
		t.Errorf("%s = %.6g, want %.6g within %g %%", what, got, want, share*100)
	}
}

func duration(seconds float64) *v1alpha1.DurationDistribution {
	return &v1alpha1.DurationDistribution{Mean: unit.Duration(seconds * 1e9)}
}

// cpuModel has one profile, for x86.
func cpuModel(p v1alpha1.Profile) *v1alpha1.ModelSpec {
	p.CPU = "x86"
	return &v1alpha1.ModelSpec{Service: v1alpha1.Service{Memory: 1024, Profiles: []v1alpha1.Profile{p}}}
}

// TestEstimateAgainstMeasurements compares single-stream decoding of an 8B model
// in bf16 with what was measured: L4 and L40S with Qwen3-8B, A100-40 with
// Llama-3.1-8B on vLLM 0.23. On the H100 96.6 to 214 tokens/s were seen, depending on engine and precision.
func TestEstimateAgainstMeasurements(t *testing.T) {
	spec := &v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9}}
	speed := func(gpu string) float64 {
		fit, err := FitService(spec, onGPU(gpu), embedded(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if fit.Basis.Source != Estimated || !strings.Contains(fit.Basis.Reference, gpu) || fit.GPUs != 1 {
			t.Errorf("%s: %+v", gpu, fit)
		}
		return 1 / fit.Service.Batch.Iteration(1, 0).Seconds()
	}
	for gpu, measured := range map[string]float64{"L4": 15.9, "A100-40": 75, "L40S": 42} {
		near(t, "tokens/s on "+gpu, speed(gpu), measured, 0.20)
	}
	if got := speed("H100"); got < 96.6 || got > 214 {
		t.Errorf("%.4g tokens/s on an H100, measured were 96.6 to 214", got)
	}
}

// TestEstimateOfPrefill compares with 2,600 prompt tokens/s of Llama-2-70B on
// two A100-80 (Splitwise): 1,300 on each, so 11,375 at an eighth of the size.
func TestEstimateOfPrefill(t *testing.T) {
	fit, err := FitService(&v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9}}, onGPU("A100-80"), embedded(), 0)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "prompt tokens/s", 1/fit.Service.Batch.Gamma.Seconds(), 1300*70/8, 0.20)
}

// TestEstimatedCache: 90 % of the memory less the weights, over 128 KiB for a token.
func TestEstimatedCache(t *testing.T) {
	spec := &v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9}}
	tokens := func() int64 {
		fit, err := FitService(spec, onGPU("L4"), embedded(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return fit.Service.Batch.KVTokens
	}
	near(t, "tokens beside bf16 weights", float64(tokens()), (0.9*24*(1<<30)-16e9)/(128<<10), 1e-4)
	spec.Service.BytesPerParameter = 1
	near(t, "tokens beside fp8 weights", float64(tokens()), (0.9*24*(1<<30)-8e9)/(128<<10), 1e-4)
	spec.Service.KVBytesPerToken = 64 << 10
	near(t, "tokens of 64 KiB", float64(tokens()), (0.9*24*(1<<30)-8e9)/(64<<10), 1e-4)
}

func TestFitServiceRefuses(t *testing.T) {
	no := false
	h100 := []v1alpha1.Profile{{GPU: "H100", Fixed: &v1alpha1.FixedProfile{Duration: duration(1)}}}
	tests := map[string]struct {
		service v1alpha1.Service
		on      catalog.Hardware
		want    string
	}{
		"no profile for the CPU":    {v1alpha1.Service{Parameters: 8e9}, onCPU(4), "no service profile for an x86 CPU"},
		"no profile for the GPU":    {v1alpha1.Service{Profiles: h100}, onGPU("L4"), "no service profile for L4, and none can be estimated without parameters"},
		"no leave to estimate":      {v1alpha1.Service{Parameters: 8e9, Estimate: &no}, onGPU("L4"), "no service profile for L4, and none can be estimated"},
		"weights fill the memory":   {v1alpha1.Service{Parameters: 12e9}, onGPU("L4"), "the weights leave no room for a KV-cache in the 24GiB of one L4"},
		"a GPU of unknown strength": {v1alpha1.Service{Parameters: 8e9}, onGPU("unheard of"), "its bandwidth and FLOPS are not known"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fit, err := FitService(&v1alpha1.ModelSpec{Service: test.service}, test.on, embedded(), 0)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("FitService = %+v, %v, want %q", fit, err, test.want)
			}
		})
	}
}

// TestCPUScaling: a request that can use `parallelism` vCPUs runs in the inverse
// ratio of the vCPUs that it can use now and could use when measured.
func TestCPUScaling(t *testing.T) {
	tests := []struct {
		measured, parallelism, has float64
		want                       float64 // of the measured time
	}{
		{measured: 1, parallelism: 1, has: 0, want: 1}, // as measured
		{measured: 1, parallelism: 1, has: 1, want: 1},
		{measured: 1, parallelism: 1, has: 4, want: 1},   // it cannot use more
		{measured: 1, parallelism: 1, has: 0.5, want: 2}, // half a vCPU
		{measured: 1, parallelism: 4, has: 2, want: 0.5},
		{measured: 1, parallelism: 4, has: 8, want: 0.25},
		{measured: 4, parallelism: 2, has: 8, want: 1}, // it used 2 of the 4
		{measured: 4, parallelism: 2, has: 1, want: 2},
		{measured: 0.579, parallelism: 0, has: 0.579, want: 1},
		{measured: 0, parallelism: 0, has: 0.25, want: 4}, // a vCPU by default
	}
	for _, test := range tests {
		spec := cpuModel(v1alpha1.Profile{VCPU: test.measured, Parallelism: test.parallelism, Fixed: &v1alpha1.FixedProfile{Duration: duration(2)}})
		fit, err := FitService(spec, onCPU(8), embedded(), test.has)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(fit.Service.Scale-test.want) > 1e-12 {
			t.Errorf("measured on %g vCPU, %g usable, now %g: %g times as long, want %g", test.measured, test.parallelism, test.has, fit.Service.Scale, test.want)
		}
		near(t, "mean time", fit.Service.MeanServiceTime(0, 0, 0), 2*test.want, 1e-9)
	}
}

func TestProfiles(t *testing.T) {
	fixed := func(seconds float64) *v1alpha1.FixedProfile {
		return &v1alpha1.FixedProfile{Duration: duration(seconds)}
	}
	spec := &v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9, Profiles: []v1alpha1.Profile{
		{CPU: "arm", Fixed: fixed(1)},
		{GPU: "L4", GPUs: 2, Fixed: fixed(2), Source: Measured, Reference: "our bench"},
		{GPU: "T4", Fixed: &v1alpha1.FixedProfile{FromTrace: true, Speed: 4, Concurrency: 3}},
		{GPU: "H100", Batched: &v1alpha1.BatchedProfile{Alpha: new(unit.Duration(7e6)), Beta: new(unit.Duration(1)), Gamma: 1}},
		{GPU: "A10", Batched: &v1alpha1.BatchedProfile{Alpha: new(unit.Duration(7e6)), Beta: new(unit.Duration(1)), Gamma: 1, MaxBatch: 9, KVTokens: 77}},
	}}}
	fit := func(gpu string) Fit {
		f, err := FitService(spec, onGPU(gpu), embedded(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := fit("L4"); f.GPUs != 2 || f.Basis != (Basis{Source: Measured, Reference: "our bench"}) || f.Service.Duration != random.Constant(2) || f.Service.Concurrency != 1 {
		t.Errorf("L4: %+v", f)
	}
	if f := fit("T4"); f.Service.Duration != nil || f.Service.Scale != 0.25 || f.Service.Concurrency != 3 || f.GPUs != 1 {
		t.Errorf("T4: %+v", f)
	}
	if f := fit("H100"); f.Service.Batch.Max != 64 || f.Service.Concurrency != 64 || f.Service.Batch.KVTokens < 400_000 {
		t.Errorf("H100: %+v", f.Service.Batch)
	}
	if f := fit("A10"); f.Service.Batch.Max != 9 || f.Service.Concurrency != 9 || f.Service.Batch.KVTokens != 77 {
		t.Errorf("A10: %+v", f.Service.Batch)
	}
	if f := fit("L40S"); f.Basis.Source != Estimated {
		t.Errorf("L40S has no profile, yet %+v", f)
	}
}

func TestGPUMemoryNeed(t *testing.T) {
	tests := map[string]struct {
		spec v1alpha1.ModelSpec
		want float64 // bytes
	}{
		"as given":       {v1alpha1.ModelSpec{Service: v1alpha1.Service{GPUMemory: 3 << 10, Parameters: 8e9}}, 3 << 30},
		"the parameters": {v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9}}, 16e9 * 1.2},
		"in fp8":         {v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9, BytesPerParameter: 1}}, 8e9 * 1.2},
		"the weights":    {v1alpha1.ModelSpec{Artifacts: v1alpha1.Artifacts{Weights: 5e9}}, 5e9 * 1.2},
	}
	for name, test := range tests {
		near(t, name, float64(GPUMemoryNeed(&test.spec))*(1<<20), test.want, 1e-3)
	}
}
