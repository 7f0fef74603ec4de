package modelfile

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// parametersSize returns the bytes of the parameters; 0 when their number is not given.
func parametersSize(s *v1alpha1.Service) unit.Bytes {
	return unit.Bytes(float64(s.Parameters) * s.BytesPerParameter)
}

// mayUseGPU reports whether the service can run on a GPU.
func mayUseGPU(s *v1alpha1.Service) bool {
	for _, p := range s.Profiles {
		if p.GPU != "" {
			return true
		}
	}
	return s.Parameters > 0
}

func defaultService(s *v1alpha1.Service, weights unit.Bytes) {
	setDefault(&s.BytesPerParameter, defaultBytesPerParameter)
	setPointer(&s.Estimate, s.Parameters > 0)
	setDefault(&s.Queue, v1alpha1.QueueByArrival)
	setDefault(&s.StartUp.WeightsRate, defaultWeightsRate)
	parameters := float64(parametersSize(s))
	if s.Parameters > 0 {
		kv := kvSmallModel
		if s.Parameters > largeModel {
			kv = kvLargeModel
		}
		setDefault(&s.KVBytesPerToken, kv)
	}
	size := float64(weights)
	if s.Parameters > 0 {
		size = parameters
	}
	if mayUseGPU(s) {
		setDefault(&s.GPUMemory, memoryFor(size))
		setDefault(&s.Memory, defaultMemory)
	}
	setDefault(&s.Memory, max(defaultMemory, memoryFor(size)))
	for i := range s.Profiles {
		defaultProfile(&s.Profiles[i])
	}
}

func defaultProfile(p *v1alpha1.Profile) {
	setDefault(&p.Source, "estimated")
	if p.GPU != "" {
		setDefault(&p.GPUs, 1)
	} else {
		setDefault(&p.VCPU, 1)
		setDefault(&p.Parallelism, 1)
	}
	if f := p.Fixed; f != nil {
		setDefault(&f.Concurrency, 1)
		if f.FromTrace {
			setDefault(&f.Speed, 1)
		}
	}
	if p.Batched != nil {
		setDefault(&p.Batched.MaxBatch, defaultMaxBatch)
	}
}

// InitFor returns the time from process start to readiness of a replica with a
// profile: Init where it is given, else the default.
func InitFor(s v1alpha1.StartUp, p v1alpha1.Profile) v1alpha1.DurationDistribution {
	switch {
	case s.Init != nil:
		return *s.Init
	case p.Batched != nil:
		return constant(20 * time.Second)
	case p.GPU != "":
		return constant(5 * time.Second)
	}
	return constant(time.Second)
}

func constant(d time.Duration) v1alpha1.DurationDistribution {
	return v1alpha1.DurationDistribution{Mean: unit.Duration(d)}
}
