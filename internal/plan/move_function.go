package plan

import (
	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// withFunction returns settings with a changed copy of the function's.
func withFunction(h v1alpha1.Home, set func(*v1alpha1.FunctionHome)) v1alpha1.Home {
	f := *h.Function
	set(&f)
	h.Function = &f
	return h
}

// memoryStep is the distance of the sizes between whole vCPUs that are tried.
const memoryStep unit.Memory = 128

// functionMoves are the settings of a function that the user did not give.
func (s standing) functionMoves() []move {
	given := v1alpha1.FunctionHome{}
	if s.family.given.Function != nil {
		given = *s.family.given.Function
	}
	var list []move
	scaled := len(given.ProvisionedSchedule) > 0 || given.ProvisionedTracking != nil
	snap := s.at.Home.Function.Snapshot
	if !s.family.exact && !snap && !scaled && sellsProvisioned(s.at.Offer) {
		now := s.at.Home.Function.Provisioned
		list = append(list, whole("provisioned", now, minReplicas(s.spec, 0), environmentLimit(s.spec, s.at.Offer, given), func(n int) v1alpha1.Home {
			return withFunction(s.chosen, func(f *v1alpha1.FunctionHome) { f.ProvisionedConcurrency = &n })
		}))
	}
	if given.Memory == 0 {
		list = append(list, s.memoryMoves()...)
	}
	if !given.SnapStart && given.ProvisionedConcurrency == nil && !scaled && minReplicas(s.spec, 0) == 0 && sellsSnapStart(s.at.Offer) {
		list = append(list, move{name: "SnapStart", to: func(steps int) (v1alpha1.Home, bool) {
			return withFunction(s.chosen, func(f *v1alpha1.FunctionHome) {
				f.SnapStart, f.ProvisionedConcurrency = !snap, new(int)
			}), steps == 1
		}})
	}
	return list
}

// memoryMoves change the memory by steps, and by whole vCPUs. Memory buys vCPUs, so that more of it is more capacity.
func (s standing) memoryMoves() []move {
	now := *s.chosen.Function
	need := max(s.spec.Service.Memory, s.at.Offer.Limits.MinMemory, 1)
	high := s.at.Offer.Limits.MaxMemory
	to := func(m unit.Memory) (v1alpha1.Home, bool) {
		ok := m >= need && (high == 0 || m <= high) && m != now.Memory
		return withFunction(s.chosen, func(f *v1alpha1.FunctionHome) { f.Memory = m }), ok
	}
	ladder := append([]unit.Memory{need}, functionMemories...)
	byVCPU := move{name: "memory by vCPU", more: 1, to: func(steps int) (v1alpha1.Home, bool) {
		m := now.Memory
		for ; steps > 0; steps-- {
			m = nextAbove(ladder, m)
		}
		for ; steps < 0; steps++ {
			m = nextBelow(ladder, m)
		}
		return to(m)
	}}
	byStep := move{name: "memory", patience: 1, to: func(steps int) (v1alpha1.Home, bool) {
		return to(now.Memory + unit.Memory(steps)*memoryStep)
	}}
	return []move{byVCPU, byStep}
}

// nextAbove is the smallest value of a list above another; 0 where there is none.
func nextAbove(list []unit.Memory, m unit.Memory) unit.Memory {
	var next unit.Memory
	for _, v := range list {
		if m > 0 && v > m && (next == 0 || v < next) {
			next = v
		}
	}
	return next
}

// nextBelow is the largest value of a list below another; 0 where there is none.
func nextBelow(list []unit.Memory, m unit.Memory) unit.Memory {
	var next unit.Memory
	for _, v := range list {
		if v < m && v > next {
			next = v
		}
	}
	return next
}
