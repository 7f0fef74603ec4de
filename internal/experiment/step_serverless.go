package experiment

import (
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// usualHolds are times for which platforms keep idle instances.
var usualHolds = []unit.Duration{
	0, unit.Duration(60 * time.Second), unit.Duration(120 * time.Second), unit.Duration(300 * time.Second),
	unit.Duration(600 * time.Second), unit.Duration(900 * time.Second),
}

// container moves the bounds of the instances, their concurrency and how long they are kept idle.
func (l *stepList) container(h v1alpha1.Home) {
	c := h.Container
	if len(c.MinSchedule) == 0 {
		n := *c.MinInstances
		for _, to := range around(n, 0, false) {
			l.add(h, "min instances", n, to, func(h *v1alpha1.Home) { h.Container.MinInstances = &to })
		}
	}
	for _, to := range around(c.MaxInstances, 1, true) {
		l.add(h, "max instances", c.MaxInstances, to, func(h *v1alpha1.Home) { h.Container.MaxInstances = to })
	}
	for _, to := range around(c.Concurrency, 1, true) {
		l.add(h, "concurrency", c.Concurrency, to, func(h *v1alpha1.Home) { h.Container.Concurrency = to })
	}
	hold := *c.IdleHold
	holds := append([]unit.Duration{hold / 2, hold * 2}, usualHolds...)
	slices.Sort(holds)
	for _, to := range slices.Compact(holds) {
		l.add(h, "idle hold", hold, to, func(h *v1alpha1.Home) { h.Container.IdleHold = &to })
	}
}

const (
	// memoryStep is a small step of a function's memory.
	memoryStep = unit.Memory(128)
	// minFunctionMemory is the least that is tried; what the model needs is for the caller to say.
	minFunctionMemory = unit.Memory(128)
)

// wholeVCPUs are the memories that give a function of AWS Lambda one to six vCPUs.
var wholeVCPUs = []unit.Memory{1769, 3538, 5307, 7076, 8845, 10240}

// function moves a function's memory, its provisioned environments and SnapStart.
func (l *stepList) function(h v1alpha1.Home) {
	f := h.Function
	memories := append([]unit.Memory{f.Memory / 2, f.Memory - 2*memoryStep, f.Memory - memoryStep, f.Memory + memoryStep, f.Memory + 2*memoryStep}, wholeVCPUs...)
	slices.Sort(memories)
	for _, to := range slices.Compact(memories) {
		if to >= minFunctionMemory {
			l.add(h, "memory", f.Memory, to, func(h *v1alpha1.Home) { h.Function.Memory = to })
		}
	}
	if len(f.ProvisionedSchedule) == 0 {
		n := *f.ProvisionedConcurrency
		for _, to := range around(n, 0, false) {
			l.add(h, "provisioned", n, to, func(h *v1alpha1.Home) { h.Function.ProvisionedConcurrency = &to })
		}
	}
	l.add(h, "SnapStart", f.SnapStart, !f.SnapStart, func(h *v1alpha1.Home) { h.Function.SnapStart = !f.SnapStart })
}
