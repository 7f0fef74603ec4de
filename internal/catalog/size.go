package catalog

import (
	"fmt"
	"math"

	"fulcrum.dev/fulcrum/api/unit"
)

// Size is the vCPU and memory of one instance or environment.
type Size struct {
	VCPU   float64     `json:"vcpu"`
	Memory unit.Memory `json:"memory"`
}

// maxVCPU is more than any machine has; it keeps a meter of thousandths exact.
const maxVCPU = 1_000_000

// Size returns the size of an instance with the requested vcpu and memory; 0
// takes what the offer comes with. It is an error to request a size outside
// the offer's limits, or one that differs from a fixed size.
func (o Offer) Size(vcpu float64, memory unit.Memory) (Size, error) {
	s := Size{VCPU: o.Hardware.VCPU, Memory: o.Hardware.Memory}
	if vcpu != 0 {
		s.VCPU = vcpu
	}
	if memory != 0 {
		s.Memory = memory
	}
	if !o.Separate {
		if vcpu != 0 && vcpu != o.Hardware.VCPU || memory != 0 && memory != o.Hardware.Memory {
			return s, fmt.Errorf("%s has %g vCPU and %s and is not sold in other sizes", o.ID, o.Hardware.VCPU, o.Hardware.Memory)
		}
		return s, nil
	}
	if o.Hardware.MemoryPerVCPU > 0 {
		if vcpu != 0 {
			return s, fmt.Errorf("%s takes its CPU share from its memory, one vCPU for each %s: ask for memory only", o.ID, o.Hardware.MemoryPerVCPU)
		}
		s.VCPU = float64(s.Memory) / float64(o.Hardware.MemoryPerVCPU)
	}
	return s, o.checkSize(s)
}

func (o Offer) checkSize(s Size) error {
	l := o.Limits
	switch {
	case !(s.VCPU >= 0 && s.VCPU <= maxVCPU) || s.Memory < 0:
		return fmt.Errorf("expected from 0 to %d vCPU, and memory above 0, got %g and %s", maxVCPU, s.VCPU, s.Memory)
	case s.Memory < l.MinMemory || l.MaxMemory > 0 && s.Memory > l.MaxMemory:
		return fmt.Errorf("%s: memory of %s is outside %s", o.ID, s.Memory, span(l.MinMemory, l.MaxMemory))
	case o.Hardware.MemoryPerVCPU == 0 && (s.VCPU < l.MinVCPU || l.MaxVCPU > 0 && s.VCPU > l.MaxVCPU):
		return fmt.Errorf("%s: %g vCPU is outside %s", o.ID, s.VCPU, span(l.MinVCPU, l.MaxVCPU))
	}
	return nil
}

func span[T int64 | float64 | unit.Memory](low, high T) string {
	if high == 0 {
		return fmt.Sprintf("%v and above", low)
	}
	return fmt.Sprintf("%v to %v", low, high)
}

// InstanceUsage returns the usage of instances (or nodes) of a size that are, summed
// over all of them, active for active ms and warm without a request for idle
// ms. Idle time counts like active time where the platform bills it so, at its
// own meters where it has them, and not at all where it is not billed.
func (o Offer) InstanceUsage(s Size, active, idle int64) (Usage, error) {
	if active < 0 || idle < 0 || active > math.MaxInt64-idle {
		return nil, fmt.Errorf("expected times from 0, got %d ms active and %d ms idle", active, idle)
	}
	billed := active
	if o.Billing.Idle || o.Kind == KindNode {
		billed += idle
	}
	gpu, vcpu, memory := thousandths(o.Hardware.GPUs), thousandths(s.VCPU), int64(s.Memory)
	u := Usage{}
	var overflow bool
	set := func(m Meter, amount, time int64) {
		if o.Prices(m) && time > 0 && amount > 0 {
			overflow = overflow || amount > math.MaxInt64/time
			u[m] = amount * time
		}
	}
	set(NodeTime, 1, billed)
	set(InstanceTime, 1, billed)
	set(GPUTime, gpu, billed)
	set(VCPUTime, vcpu, o.activeTime(IdleVCPUTime, active, billed))
	set(MemoryTime, memory, o.activeTime(IdleMemoryTime, active, billed))
	set(IdleVCPUTime, vcpu, idle)
	set(IdleMemoryTime, memory, idle)
	if overflow {
		return nil, fmt.Errorf("the usage of %s overflows: %d ms active and %d ms idle", o.ID, active, idle)
	}
	return u, nil
}

// activeTime is the time billed at the active meter: without the idle time where that has a meter of its own.
func (o Offer) activeTime(idleMeter Meter, active, billed int64) int64 {
	if o.Prices(idleMeter) {
		return active
	}
	return billed
}

func thousandths(f float64) int64 { return int64(math.Round(f * milli)) }
