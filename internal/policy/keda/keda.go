package keda

import (
	"time"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// Spec is a KEDA ScaledObject with one trigger (kedacore/keda:
// apis/keda/v1alpha1/scaledobject_types.go). It brings a target from zero and
// back, in Poll; above zero decides the Kubernetes autoscaler that it sets up, HPA.
type Spec struct {
	// Min and Max bound the replicas; 0 <= Min <= Max, 1 <= Max. Only with Min 0 is there a zero.
	Min, Max int
	// Threshold is the metric's value per replica that the HPA aims at, in thousandths, above 0.
	Threshold int64
	// Activation is the value above which the trigger is active, in thousandths.
	Activation int64
	// PollingInterval is the time between two polls, which the caller keeps.
	PollingInterval time.Duration
	// Cooldown is how long the trigger must have been inactive before the last replicas go;
	// InitialCooldown takes its place, from the first poll on, while it never was active.
	Cooldown, InitialCooldown time.Duration
	// Behavior is the HPA's; nil is the rule without one.
	Behavior *hpa.Behavior
}

// State is what KEDA remembers between polls. The zero value is a new one.
type State struct {
	polled, activated   bool
	created, lastActive time.Duration
}

// Default returns KEDA's defaults: 0 to 100 replicas, a poll every 30 s, 300 s before zero.
func Default(threshold int64) Spec {
	return Spec{Max: 100, Threshold: threshold, PollingInterval: 30 * time.Second, Cooldown: 300 * time.Second}
}

// HPA returns the autoscaler that KEDA sets up: on the trigger as an external
// metric shared among the pods, from at least one replica up. Its decisions
// are made beside the polls, and are none while there are no replicas.
func (k Spec) HPA() hpa.Spec {
	h := hpa.Default(max(1, k.Min), k.Max, hpa.Metric{Kind: hpa.TotalAverage, Target: k.Threshold})
	h.Behavior = k.Behavior
	return h
}

// Poll returns the number of replicas that KEDA itself asks for at time now,
// given the trigger's value as the HPA would read it: the current number, unless it starts
// from zero, goes to zero, or is below Min (pkg/scaling/executor/scale_scaledobjects.go).
// A trigger that cannot be read changes nothing. Polls must come in order of time.
func (k Spec) Poll(state *State, current int, trigger *hpa.Reading, now time.Duration) int {
	if !state.polled {
		state.polled, state.created = true, now
	}
	switch {
	case trigger.Unavailable:
		return current
	case trigger.Total > k.Activation:
		state.activated, state.lastActive = true, now
		if current == 0 {
			return max(1, k.Min)
		}
	case current > 0 && k.Min == 0:
		if k.cooled(state, now) {
			return 0
		}
	case current < k.Min:
		return k.Min
	}
	return current
}

func (k Spec) cooled(s *State, now time.Duration) bool {
	if !s.activated {
		return now >= s.created+k.InitialCooldown
	}
	return now > s.lastActive+k.Cooldown
}
