package v1alpha1

import "fulcrum.dev/fulcrum/api/unit"

// Service says how long a request takes, on which hardware, and what it takes to start.
type Service struct {
	// Parameters is the number of model parameters (8B). With it, batched times can be estimated for a GPU without a profile.
	Parameters unit.Count `json:"parameters,omitempty" check:"gt=0,lte=1e15"`
	// BytesPerParameter is the size of one weight: 2 for bf16, 1 for fp8. Default: 2.
	BytesPerParameter float64 `json:"bytesPerParameter,omitempty" check:"gt=0,lte=16"`
	// KVBytesPerToken is the KV-cache that one token of context takes. Default, with parameters: 128KiB up to 10B, 320KiB above.
	KVBytesPerToken unit.Bytes `json:"kvBytesPerToken,omitempty" check:"gt=0"`
	// Estimate allows service times estimated from parameters on a GPU without a profile. Default: true when parameters is set.
	Estimate *bool `json:"estimate,omitempty"`
	// Memory is the main memory that one replica needs; weights that go to a GPU are read through it, not kept in it.
	// Default: 2GiB; if no profile runs on a GPU, artifacts.weights x 1.2 if that is larger.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// GPUMemory is the GPU memory that one replica needs, on all its GPUs. Default, when a profile is for a GPU or
	// parameters is set: the size of the parameters x 1.2, without parameters artifacts.weights x 1.2.
	GPUMemory unit.Memory `json:"gpuMemory,omitempty" check:"gt=0"`
	// Profiles are the service times by hardware.
	Profiles []Profile `json:"profiles,omitempty"`
	// Calibration is a file written by fulcrum calibrate, relative to this one. Its profiles replace those for the same hardware.
	Calibration string `json:"calibration,omitempty"`
	// Queue is the order in which waiting requests are taken: arrival, or priority (the highest first, see traffic.priority) and
	// within one arrival. Default: arrival.
	Queue string `json:"queue,omitempty" check:"oneof=arrival priority"`
	// StartUp is the cold start inside the container.
	StartUp StartUp `json:"startUp,omitzero"`
}

// Profile is the service time of a request on one kind of hardware: exactly one of gpu and cpu, exactly one of fixed and batched.
type Profile struct {
	// GPU is the kind of GPU that this was measured on, such as L4.
	GPU string `json:"gpu,omitempty"`
	// GPUs is the number of GPUs that one replica uses. Default, with gpu: 1.
	GPUs int `json:"gpus,omitempty" check:"gte=1,lte=1024"`
	// CPU is the architecture that this was measured on: x86 or arm.
	CPU string `json:"cpu,omitempty" check:"oneof=x86 arm"`
	// VCPU is how many vCPUs one request had when measured. Default, with cpu: 1.
	VCPU float64 `json:"vcpu,omitempty" check:"gt=0"`
	// Parallelism is how many vCPUs one request can use; on more than vcpu it runs faster up to here, on fewer slower.
	// Default, with cpu: 1.
	Parallelism float64 `json:"parallelism,omitempty" check:"gt=0"`
	// Fixed is for servers whose requests do not share work: an encoder, an image pipeline, a CPU function.
	Fixed *FixedProfile `json:"fixed,omitempty"`
	// Batched is for continuous batching: an LLM server.
	Batched *BatchedProfile `json:"batched,omitempty"`
	// Source is measured or estimated. Default: estimated.
	Source string `json:"source,omitempty" check:"oneof=measured estimated"`
	// Reference says where the figures are from.
	Reference string `json:"reference,omitempty"`
	// StartUp is the time from process start to readiness on this hardware, weights included. Default: the service's startUp, and the weights
	// at its rate.
	StartUp *DurationDistribution `json:"startUp,omitempty"`
	// IdleExpiry is how long an idle function environment on this hardware was observed to live, for homes that do not set it.
	IdleExpiry unit.Duration `json:"idleExpiry,omitempty" check:"gt=0"`
	// IdleHold is the same for a container instance.
	IdleHold unit.Duration `json:"idleHold,omitempty" check:"gt=0"`
	// Range is the range of the measurements: plan warns outside it.
	Range *MeasuredRange `json:"range,omitempty"`
}

// FixedProfile is k requests at a time, each with its own duration.
type FixedProfile struct {
	// Duration is the service time, drawn for each request.
	Duration *DurationDistribution `json:"duration,omitempty"`
	// PerInputToken is what each input token adds to the duration. Default: 0s.
	PerInputToken unit.Duration `json:"perInputToken,omitempty" check:"gt=0"`
	// FromTrace takes each request's service time from the traffic (work) instead. Default: false.
	FromTrace bool `json:"fromTrace,omitempty"`
	// Speed divides times taken from the traffic: 2 is twice as fast as where they were measured. Default, with fromTrace: 1.
	Speed float64 `json:"speed,omitempty" check:"gt=0"`
	// Concurrency is how many requests one replica serves at once without slowing down. Default: 1.
	Concurrency int `json:"concurrency,omitempty" check:"gte=1,lte=1e6"`
}

// BatchedProfile is continuous batching: an iteration that yields one token for each sequence lasts
// alpha + beta x (sequences in the batch) + gamma x (prompt tokens admitted in it).
type BatchedProfile struct {
	// Alpha is the time of an iteration whatever its batch: reading the weights. Required unless iterations is given, as beta is.
	Alpha *unit.Duration `json:"alpha,omitempty"`
	// Beta is the time that each sequence adds.
	Beta *unit.Duration `json:"beta,omitempty"`
	// Iterations replaces alpha and beta if the time is not linear in the number of sequences: how long an
	// iteration takes with some numbers of sequences, from 1 on. Others are interpolated and extrapolated linearly.
	Iterations []IterationTime `json:"iterations,omitempty"`
	// Gamma is the time that each prompt token adds in the iteration that admits it.
	Gamma unit.Duration `json:"gamma"`
	// MaxBatch is the maximum number of sequences at once. Default: 64.
	MaxBatch int `json:"maxBatch,omitempty" check:"gte=1,lte=1e6"`
	// KVTokens is how many tokens of context fit in the KV-cache. Default: derived from GPU memory when parameters is set, else no limit.
	KVTokens int64 `json:"kvTokens,omitempty" check:"gte=1"`
	// MaxBatchedTokens is the maximum number of tokens in an iteration, at least maxBatch: one for each sequence whose prompt is
	// done, the rest for prompts; a longer prompt is spread over iterations. Default: no limit.
	MaxBatchedTokens int64 `json:"maxBatchedTokens,omitempty" check:"gte=1"`
	// MaxWaiting gives each replica a queue of its own for this many sequences; it refuses more. Default: a replica takes no
	// more than maxBatch, and the others wait in front of all replicas.
	MaxWaiting int `json:"maxWaiting,omitempty" check:"gte=1,lte=1e6"`
}

// IterationTime is how long an iteration of a batch takes, without prompts.
type IterationTime struct {
	// Sequences is how many are in the batch.
	Sequences int `json:"sequences" check:"gte=1,lte=1e6"`
	// Time is how long the iteration takes.
	Time unit.Duration `json:"time" check:"gt=0"`
}

// StartUp is the cold start inside the container, after the platform has placed it.
type StartUp struct {
	// Init is the time from process start to readiness without loading the weights: imports, compilation, graph capture. Default, by profile
	// (see InitFor): 20s for batched, 5s for other GPU services, 1s for others on a CPU.
	Init *DurationDistribution `json:"init,omitempty"`
	// WeightsRate is how fast weights are read, per second. Default: 300MB.
	WeightsRate unit.Bytes `json:"weightsRate,omitempty" check:"gt=0"`
}
