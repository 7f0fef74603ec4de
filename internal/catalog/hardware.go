package catalog

import (
	"errors"

	"fulcrum.dev/fulcrum/api/unit"
)

// Hardware is what one node, instance or environment has.
type Hardware struct {
	// GPU is the kind of GPU ("" without) and GPUs how many; a fraction when it is shared in hardware.
	GPU  string  `json:"gpu,omitempty"`
	GPUs float64 `json:"gpus,omitempty"`
	// Arch is x86 or arm.
	Arch string `json:"arch"`
	// VCPU and Memory are what comes with it; for offers that sell them separately, what is taken unless asked
	// otherwise: the least that Limits allows, or what is usual beside the GPU where the platform allows less.
	VCPU   float64     `json:"vcpu"`
	Memory unit.Memory `json:"memory"`
	// MemoryPerVCPU is how much configured memory buys one vCPU, where the memory decides the CPU share (functions); else zero.
	MemoryPerVCPU unit.Memory `json:"memoryPerVCPU,omitempty"`
	// Note says what is mixed or assumed about the hardware, such as the pool of GPUs that a worker may get.
	Note string `json:"note,omitempty"`
	// Source says where vCPU and memory are from.
	Source string `json:"source,omitempty"`
}

// Limits is what a platform allows.
type Limits struct {
	// MinMemory and MinVCPU are the minimum if CPU and memory are sold separately; zero is no limit.
	MinMemory unit.Memory `json:"minMemory,omitempty"`
	MinVCPU   float64     `json:"minVCPU,omitempty" check:"lte=1e15"`
	// MaxMemory and MaxVCPU limit one environment or instance; zero is no limit.
	MaxMemory unit.Memory `json:"maxMemory,omitempty"`
	MaxVCPU   float64     `json:"maxVCPU,omitempty" check:"lte=1e15"`
	// MaxImage bounds the container image.
	MaxImage unit.Bytes `json:"maxImage,omitempty"`
	// Timeout bounds one request.
	Timeout unit.Duration `json:"timeout,omitempty"`
	// MaxPayload bounds a request body.
	MaxPayload unit.Bytes `json:"maxPayload,omitempty"`
	// MaxConcurrency bounds the requests in one instance.
	MaxConcurrency int `json:"maxConcurrency,omitempty" check:"lte=2e9"`
	// Quota is the default bound on GPUs (or instances without a GPU, or environments) that an account may run at once.
	Quota int `json:"quota,omitempty" check:"lte=2e9"`
	// QuotaNote says what the quota is and how it is raised.
	QuotaNote string `json:"quotaNote,omitempty"`
	// CUDA is the newest CUDA version that the platform's driver runs; "" when the user chooses the driver.
	CUDA string `json:"cuda,omitempty"`
	// Source says where the limits are from.
	Source string `json:"source,omitempty"`
}

// Billing is how a platform meters an instance or environment.
type Billing struct {
	// Step rounds metered time up.
	Step unit.Duration `json:"step,omitempty"`
	// Minimum is the minimum time billed for one instance's lifetime.
	Minimum unit.Duration `json:"minimum,omitempty"`
	// Boot says that start-up is billed.
	Boot bool `json:"boot,omitempty"`
	// Idle says that time without requests is billed (instance billing); without it only time with a request in flight is.
	Idle bool `json:"idle,omitempty"`
	// IdleHold is how long an idle instance is kept by default.
	IdleHold unit.Duration `json:"idleHold,omitempty"`
	// IdleHoldMin and IdleHoldMax are the range in which a customer can set that time; both are 0 if it cannot be set.
	IdleHoldMin unit.Duration `json:"idleHoldMin,omitempty"`
	IdleHoldMax unit.Duration `json:"idleHoldMax,omitempty"`
	// IdleHoldSource says where the range is from.
	IdleHoldSource string `json:"idleHoldSource,omitempty"`
	// BootTime is the platform's own start-up before the container's process runs, image fetch included.
	BootTime unit.Duration `json:"bootTime,omitempty"`
	// MinInstances is the minimum number of instances that the platform can run: 1 if it cannot scale to zero.
	MinInstances int `json:"minInstances,omitempty" check:"lte=2e9"`
	// Assumed names the fields above that no provider document states.
	Assumed []string `json:"assumed,omitempty"`
}

// SetsIdleHold reports whether a customer can set how long an idle instance is kept.
func (b Billing) SetsIdleHold() bool { return b.IdleHoldMax > 0 }

// checkIdleHold returns an error for a range that no setting can lie in, and for one without a source.
func (b Billing) checkIdleHold() error {
	switch {
	case b.IdleHoldMin < 0 || b.IdleHoldMax < b.IdleHoldMin:
		return errors.New("billing: expected idleHoldMin from 0 up to idleHoldMax")
	case b.SetsIdleHold() != (b.IdleHoldSource != ""):
		return errors.New("billing: expected idleHoldSource beside idleHoldMax, and only there")
	}
	return nil
}
