package hpa

import "time"

// Decide returns the number of replicas that the HPA asks for at time now, and
// notes in the state what later decisions need. It is the current number where
// the metrics do not allow a decision. Calls must come in order of time.
func (h *Spec) Decide(state *State, seen *Snapshot, now time.Duration) int {
	current := seen.Replicas
	state.begin(current, now)
	desired, outside := h.outside(current)
	if !outside {
		proposal, ok := h.propose(seen, now)
		if !ok {
			return current
		}
		desired = state.settle(h, current, proposal, now)
	}
	return state.scale(h, current, desired, now)
}

// outside returns what becomes of a number of replicas outside the bounds,
// whatever the metrics say: an HPA is disabled while its target has no replicas
// (unless it may have none), and brings it back into the bounds at once.
func (h *Spec) outside(current int) (desired int, outside bool) {
	switch {
	case current == 0 && h.Min != 0:
		return 0, true
	case current > h.Max:
		return h.Max, true
	case current < h.Min:
		return h.Min, true
	}
	return current, false
}

// settle stabilises a proposal and limits its speed.
func (s *State) settle(h *Spec, current, proposal int, now time.Duration) int {
	if h.Behavior == nil {
		stable := s.highest(proposal, h.DownWindow, now)
		return withoutBehavior(current, stable, h.Min, h.Max)
	}
	return s.limit(h, current, s.stabilise(h.Behavior, current, proposal, now), now)
}

// limit is convertDesiredReplicasWithBehaviorRate: a stable proposal within the bounds and what the behaviour allows.
func (s *State) limit(h *Spec, current, stable int, now time.Duration) int {
	switch {
	case stable > current:
		limit := h.Behavior.Up.growth(s, current, now)
		return min(stable, h.Max, max(limit, current))
	case stable < current:
		limit := h.Behavior.Down.shrinkage(s, current, now)
		return max(stable, h.Min, min(limit, current))
	}
	return stable
}

// scale notes a change of the replicas and returns their new number.
func (s *State) scale(h *Spec, current, desired int, now time.Duration) int {
	switch {
	case h.Behavior == nil:
	case desired > current:
		note(&s.grown, event{now, desired - current}, now-h.Behavior.Up.longest())
	case desired < current:
		note(&s.shrunk, event{now, current - desired}, now-h.Behavior.Down.longest())
	}
	return desired
}
