// Package v1alpha1 is the types of the files that users write, in the style of
// Kubernetes resources: one model, with its traffic, service profile, objectives,
// constraints and homes; one suite, with the targets, load and thresholds of a
// performance test; and one calibration, with the profiles that were measured.
//
// It holds types, their comments and the schemas generated from both, and imports
// nothing that a program outside this module cannot import. The json tags name the
// fields and the check tags bound them. Reading, rules between fields and defaults
// are those of packages modelfile and suitefile. Start with Model.
//
// A model has two forms. A file may use shorthands, which only its reader knows: a
// scalar in the place of a distribution (duration: 200ms for {mean: 200ms}), a rate,
// share or count with its unit (5/s, 10%, 3M), a size of 0 without one, and traffic
// merged into merged traffic. The form of a resource is what the types write as JSON,
// and has one type for each value: a distribution is always an object; durations,
// sizes and amounts of money are strings; rates (per second), shares (0.1 is 10 %) and
// counts are numbers; what is merged in is one list; metadata is that of Kubernetes,
// which has no description. OpenAPI v3 and CEL can check
// that form, and schema/model.openapi.json, beside the JSON Schema of the files, is
// its schema. A file that was read and written as JSON is in it.
package v1alpha1

import "fulcrum.dev/fulcrum/api/unit"

// APIVersion and KindModel identify the file.
const (
	APIVersion = "fulcrum.dev/v1alpha1"
	KindModel  = "Model"
)

// NamePattern is what names of files and targets look like: DNS labels. VersionPattern is that of versions of software.
const (
	NamePattern    = `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`
	VersionPattern = `^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$`
)

// Model is what is served, with everything that decides where to serve it.
type Model struct {
	// APIVersion must be fulcrum.dev/v1alpha1.
	APIVersion string `json:"apiVersion" check:"oneof=fulcrum.dev/v1alpha1"`
	// Kind must be Model.
	Kind string `json:"kind" check:"oneof=Model"`
	// Metadata names the model.
	Metadata Metadata `json:"metadata"`
	// Spec describes the model.
	Spec ModelSpec `json:"spec"`
}

// Metadata names a model or a suite.
type Metadata struct {
	// Name is a DNS label: lower-case letters, digits and dashes.
	Name string `json:"name"`
	// Description says in a sentence what it is.
	Description string `json:"description,omitempty"`
}

// ModelSpec describes a model.
type ModelSpec struct {
	// Traffic is the requests over time.
	Traffic Traffic `json:"traffic"`
	// Service says how long a request takes, on which hardware.
	Service Service `json:"service"`
	// Artifacts are the sizes that a start-up has to move.
	Artifacts Artifacts `json:"artifacts,omitzero"`
	// Payload is the size of a request and of its response on the wire.
	Payload Payload `json:"payload,omitzero"`
	// Objectives are what a home must achieve.
	Objectives Objectives `json:"objectives,omitzero"`
	// Constraints are what a home must be, whatever it costs.
	Constraints Constraints `json:"constraints,omitzero"`
	// Callers is what callers do when no answer comes.
	Callers Callers `json:"callers,omitzero"`
	// Homes are the homes to consider, with settings. Default: every offer of the catalogue that fits.
	Homes []Home `json:"homes,omitempty"`
	// Routing makes the homes one arrangement, a hybrid. Default: they are alternatives.
	Routing *Routing `json:"routing,omitempty"`
	// Claims are statements about cost; plan computes the figure and shows it beside each. Default: none.
	Claims []Claim `json:"claims,omitempty"`
}

// Artifacts are the sizes that a start-up has to move.
type Artifacts struct {
	// Image is the container image's compressed size. Default: 2GB when a profile is for a GPU or service.parameters is set, else 500MB.
	Image unit.Bytes `json:"image,omitempty" check:"gt=0"`
	// Weights is the size of the model weights loaded at start-up, when they are not part of the image.
	// Default: parameters x bytesPerParameter, 0 without parameters.
	Weights unit.Bytes `json:"weights,omitempty"`
}

// Payload is what crosses the wire for one request.
type Payload struct {
	// Request is the mean size of a request's body. Default: 2kB.
	Request unit.Bytes `json:"request,omitempty" check:"gt=0"`
	// Response is the mean size of a response's body. Default: 4kB.
	Response unit.Bytes `json:"response,omitempty" check:"gt=0"`
	// MaxRequest is the largest request body that must be accepted. Default: request.
	MaxRequest unit.Bytes `json:"maxRequest,omitempty" check:"gt=0"`
}

// Objectives are what a home must achieve. Omitted objectives are not checked.
type Objectives struct {
	// Latency bounds the end-to-end time from arrival to the last byte.
	Latency Percentiles `json:"latency,omitzero"`
	// TimeToFirstToken bounds the time from arrival to the first output token (batched profiles only).
	TimeToFirstToken Percentiles `json:"timeToFirstToken,omitzero"`
	// TimePerOutputToken bounds the mean time between the output tokens of a request (batched profiles only).
	TimePerOutputToken Percentiles `json:"timePerOutputToken,omitzero"`
	// Errors bounds the share of requests rejected or timed out. Default: 0.1%.
	Errors *unit.Share `json:"errors,omitempty"`
	// MonthlyBudget bounds the monthly bill, in USD.
	MonthlyBudget *unit.Money `json:"monthlyBudget,omitempty" check:"gt=0"`
}

// Percentiles bounds a time at percentiles of the requests served. Omitted percentiles are not bounded.
type Percentiles struct {
	// P50 bounds the median.
	P50 unit.Duration `json:"p50,omitempty" check:"gt=0"`
	// P95 bounds the 95th percentile.
	P95 unit.Duration `json:"p95,omitempty" check:"gt=0"`
	// P99 bounds the 99th percentile.
	P99 unit.Duration `json:"p99,omitempty" check:"gt=0"`
}

// Constraints are hard gates: an offer that breaks one is refused with the reason, not priced.
type Constraints struct {
	// Providers that may be used, such as aws or gcp. Default: all.
	Providers []string `json:"providers,omitempty"`
	// Regions that may be used, such as us-east-1; a prefix such as us matches all that begin with it. Default: all.
	Regions []string `json:"regions,omitempty"`
	// GPUs that may be used, such as L4 or H100. Default: all with a service profile.
	GPUs []string `json:"gpus,omitempty"`
	// MinGPUMemory is the minimum memory of one GPU. Default: what the service needs.
	MinGPUMemory unit.Memory `json:"minGPUMemory,omitempty" check:"gt=0"`
	// CUDA is the version of the CUDA toolkit that the image is built with, such as 12.4.
	CUDA string `json:"cuda,omitempty"`
	// TensorRT is the version of TensorRT that the engine is built with, such as 10.3.
	TensorRT string `json:"tensorrt,omitempty"`
	// Spot allows interruptible capacity. Default: false.
	Spot bool `json:"spot,omitempty"`
	// Commitments allows prices with a commitment for these terms: 1y, 3y. Default: none.
	Commitments []string `json:"commitments,omitempty" check:"oneof=1y 3y"`
	// LowConfidence allows prices that are undated, derived or contradictory. Default: false.
	LowConfidence bool `json:"lowConfidence,omitempty"`
	// MaxPriceAge is the age above which the verdict flags a price as stale. Default: 180d.
	MaxPriceAge unit.Duration `json:"maxPriceAge,omitempty" check:"gt=0"`
	// Timeout is the maximum time that a caller waits; a home whose own time-out is shorter than the longest service time is refused.
	Timeout unit.Duration `json:"timeout,omitempty" check:"gt=0"`
	// MinReplicas is the minimum number of warm replicas at any time, for availability. Default: 1 on a cluster, 0 elsewhere.
	MinReplicas *int `json:"minReplicas,omitempty" check:"lte=1e6"`
	// Quotas is the maximum number of replicas, instances or environments at once, by offer, provider/service or provider.
	// Default: the platform's own default quota if it is known.
	Quotas map[string]int `json:"quotas,omitempty"`
	// Fleet shares a cluster's fixed cost.
	Fleet Fleet `json:"fleet,omitzero"`
	// FreeTier counts the provider's monthly free allowance in favour of this model. Default: false, as other
	// workloads of the account usually use it up.
	FreeTier bool `json:"freeTier,omitempty"`
}

// Fleet says how many models share the fixed cost of one cluster.
type Fleet struct {
	// Models is the number of models that share the control plane and ancillary cost evenly. Default: 1.
	Models int `json:"models,omitempty" check:"gte=1"`
}
