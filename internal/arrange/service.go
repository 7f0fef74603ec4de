package arrange

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
)

// Basis says how far a service time can be trusted.
type Basis struct {
	// Source is measured or estimated.
	Source string `json:"source"`
	// Reference says where the figures are from.
	Reference string `json:"reference,omitempty"`
}

// The sources of a service time.
const (
	Measured  = "measured"
	Estimated = "estimated"
)

// Fit is a service profile applied to hardware.
type Fit struct {
	Service home.Service
	Basis   Basis
	// GPUs and VCPU are what one replica takes of the hardware.
	GPUs int
	VCPU float64
	// Range is what the times were measured with; nil when nobody said.
	Range *v1alpha1.MeasuredRange
	// StartUp, IdleExpiry and IdleHold are what was measured of starting and of staying warm; none is the zero value.
	StartUp              *v1alpha1.DurationDistribution
	IdleExpiry, IdleHold time.Duration
}

// profile names what decides the default of the initialisation.
func (f Fit) profile() v1alpha1.Profile {
	var p v1alpha1.Profile
	if f.GPUs > 0 {
		p.GPU, p.GPUs = "any", f.GPUs
	}
	if f.Service.Batch != nil {
		p.Batched = &v1alpha1.BatchedProfile{}
	}
	return p
}

// FitService returns how a model is served on an offer's hardware, from the
// profile for it or estimated from the model's size. vcpu is what one request
// has, 0 for as much as the profile had. The error is the reason
// why it cannot be served there.
func FitService(spec *v1alpha1.ModelSpec, hw catalog.Hardware, cat *catalog.Catalog, vcpu float64) (Fit, error) {
	for i := range spec.Service.Profiles {
		if p := &spec.Service.Profiles[i]; matches(p, hw) {
			return fitProfile(spec, p, hw, cat, vcpu)
		}
	}
	if hw.GPU == "" {
		return Fit{}, fmt.Errorf("no service profile for an %s CPU", hw.Arch)
	}
	if spec.Service.Parameters == 0 || spec.Service.Estimate != nil && !*spec.Service.Estimate {
		return Fit{}, fmt.Errorf("no service profile for %s, and none can be estimated without parameters", hw.GPU)
	}
	return estimate(spec, hw, cat)
}

func matches(p *v1alpha1.Profile, hw catalog.Hardware) bool {
	if hw.GPU != "" {
		return p.GPU == hw.GPU
	}
	return p.CPU != "" && p.CPU == hw.Arch
}

func fitProfile(spec *v1alpha1.ModelSpec, p *v1alpha1.Profile, hw catalog.Hardware, cat *catalog.Catalog, vcpu float64) (Fit, error) {
	fit := Fit{
		Basis: Basis{Source: p.Source, Reference: p.Reference}, Range: p.Range,
		StartUp: p.StartUp, IdleExpiry: p.IdleExpiry.Std(), IdleHold: p.IdleHold.Std(),
	}
	if p.GPU != "" {
		fit.GPUs = max(1, p.GPUs)
	}
	if p.Batched != nil {
		fit.Service = batched(spec, p.Batched, hw, cat, fit.GPUs)
		fit.VCPU = p.VCPU
		return fit, nil
	}
	service, err := fixed(p.Fixed)
	if err != nil {
		return Fit{}, err
	}
	fit.Service = service
	if p.CPU != "" {
		measured, parallel := cmp.Or(p.VCPU, 1), cmp.Or(p.Parallelism, 1)
		if vcpu == 0 {
			vcpu = measured
		}
		fit.VCPU = measured * float64(service.Concurrency)
		fit.Service.Scale *= math.Min(measured, parallel) / math.Min(vcpu, parallel)
	}
	return fit, nil
}

func fixed(f *v1alpha1.FixedProfile) (home.Service, error) {
	s := home.Service{Scale: 1, Concurrency: max(1, f.Concurrency)}
	if f.FromTrace {
		s.Scale = 1 / cmp.Or(f.Speed, 1)
		return s, nil
	}
	dist, err := distribution.Duration(*f.Duration)
	s.Duration, s.PerInput = dist, f.PerInputToken.Std()
	return s, err
}

func batched(spec *v1alpha1.ModelSpec, b *v1alpha1.BatchedProfile, hw catalog.Hardware, cat *catalog.Catalog, gpus int) home.Service {
	batch := &home.Batch{
		Gamma: b.Gamma.Std(), Max: max(1, b.MaxBatch), KVTokens: b.KVTokens,
		MaxTokens: b.MaxBatchedTokens, MaxWaiting: b.MaxWaiting,
	}
	for _, it := range b.Iterations {
		batch.Curve = append(batch.Curve, home.IterationTime{Sequences: it.Sequences, Time: it.Time.Std()})
	}
	if len(batch.Curve) == 0 {
		batch.Alpha, batch.Beta = b.Alpha.Std(), b.Beta.Std()
	}
	if b.MaxBatch == 0 {
		batch.Max = defaultBatch
	}
	if gpu, ok := cat.GPU(hw.GPU); ok && b.KVTokens == 0 && spec.Service.Parameters > 0 {
		batch.KVTokens = kvTokens(spec, gpu, gpus)
	}
	return home.Service{Scale: 1, Concurrency: batch.Max, Batch: batch}
}

const (
	defaultBatch = 64
	// decodeEfficiency and prefillEfficiency are the middles of the shares of
	// memory bandwidth (0.75-0.85) and dense FLOPS (0.4-0.6) that measurements on T4 to H100 reach.
	decodeEfficiency  = 0.8
	prefillEfficiency = 0.5
	// kvShare is the share of GPU memory that an inference server fills with weights and KV-cache (vLLM's gpu_memory_utilization default).
	kvShare = 0.9
)

// estimate derives continuous batching from the model's size and the GPU's data
// sheet: reading the weights once per iteration bounds decoding, arithmetic bounds prefill, and
// each sequence adds the reading of its own KV-cache at a typical context and its arithmetic.
func estimate(spec *v1alpha1.ModelSpec, hw catalog.Hardware, cat *catalog.Catalog) (Fit, error) {
	gpu, ok := cat.GPU(hw.GPU)
	if !ok || gpu.Bandwidth == 0 || gpu.TFLOPS == 0 {
		return Fit{}, fmt.Errorf("no service profile for %s, and its bandwidth and FLOPS are not known", hw.GPU)
	}
	kv := kvTokens(spec, gpu, 1)
	if kv <= 0 {
		return Fit{}, fmt.Errorf("the weights leave no room for a KV-cache in the %s of one %s; more than one GPU per replica needs a profile", gpu.Memory, hw.GPU)
	}
	bandwidth := decodeEfficiency * gpu.Bandwidth * 1e9
	flops := prefillEfficiency * gpu.TFLOPS * 1e12
	perToken := 2 * float64(spec.Service.Parameters) / flops
	context := typicalContext * float64(kvBytesPerToken(spec))
	seconds := func(s float64) time.Duration { return time.Duration(s * 1e9) }
	batch := &home.Batch{
		Alpha:    seconds(weightBytes(spec) / bandwidth),
		Beta:     seconds(context/bandwidth + perToken),
		Gamma:    seconds(perToken),
		Max:      defaultBatch,
		KVTokens: kv,
	}
	return Fit{
		Service: home.Service{Scale: 1, Concurrency: batch.Max, Batch: batch},
		Basis:   Basis{Source: Estimated, Reference: fmt.Sprintf("roofline of %s: decode at %.0f %% of bandwidth, prefill at %.0f %% of FLOPS", hw.GPU, decodeEfficiency*100, prefillEfficiency*100)},
		GPUs:    1,
	}, nil
}

// typicalContext is the context, in tokens, that an estimate assumes a sequence holds on average.
const typicalContext = 1024

func weightBytes(spec *v1alpha1.ModelSpec) float64 {
	bytes := spec.Service.BytesPerParameter
	if bytes == 0 {
		bytes = 2
	}
	return float64(spec.Service.Parameters) * bytes
}

func kvBytesPerToken(spec *v1alpha1.ModelSpec) unit.Bytes {
	switch {
	case spec.Service.KVBytesPerToken > 0:
		return spec.Service.KVBytesPerToken
	case spec.Service.Parameters > 10e9:
		return 320 << 10 // a 70B model with grouped-query attention: 80 layers x 8 heads x 128 x 2 x 2 bytes
	}
	return 128 << 10 // an 8B model with grouped-query attention: 32 layers x 8 heads x 128 x 2 x 2 bytes
}

// kvTokens is how many tokens of context fit beside the weights; at most 0 when the weights do not fit.
func kvTokens(spec *v1alpha1.ModelSpec, gpu catalog.GPU, gpus int) int64 {
	memory := kvShare * float64(gpu.Memory) * (1 << 20) * float64(max(1, gpus))
	return int64((memory - weightBytes(spec)) / float64(kvBytesPerToken(spec)))
}

// GPUMemoryNeed is the GPU memory that one replica needs.
func GPUMemoryNeed(spec *v1alpha1.ModelSpec) unit.Memory {
	if spec.Service.GPUMemory > 0 {
		return spec.Service.GPUMemory
	}
	weights := math.Max(float64(spec.Artifacts.Weights), weightBytes(spec))
	return unit.Memory(weights * 1.2 / (1 << 20))
}

// startUp adds constants to the model's own initialisation.
func startUp(init random.Dist, constants ...time.Duration) random.Dist {
	var sum time.Duration
	for _, c := range constants {
		sum += c
	}
	return random.Shifted{Dist: init, By: sum.Seconds()}
}
