package policy

import "time"

// HPA is a Kubernetes HorizontalPodAutoscaler on one external or object metric
// with an AverageValue target and a behaviour of the default's shape: the
// commonest case of HPASpec, without its pods and readings.
type HPA struct {
	// Min and Max bound the replicas; 1 <= Min <= Max.
	Min, Max int
	// Target is the metric's value per replica that the HPA aims at.
	Target float64
	// Tolerance is the deviation of the usage ratio from 1 that is ignored.
	Tolerance float64
	// SyncPeriod is the time between two decisions.
	SyncPeriod time.Duration
	// MetricLag is the age of the metric that a decision sees.
	MetricLag time.Duration
	// UpWindow and DownWindow are the stabilisation windows.
	UpWindow, DownWindow time.Duration
	// UpPods and UpPercent bound a scale-up within UpPeriod: the larger of the two counts.
	UpPods    int
	UpPercent float64
	UpPeriod  time.Duration
}

// DefaultHPA returns the Kubernetes defaults: a decision every 15 s, 10 %
// tolerance, 300 s of scale-down stabilisation, at most +4 pods or +100 % each 15 s.
func DefaultHPA(minReplicas, maxReplicas int, target float64) HPA {
	return HPA{
		Min: minReplicas, Max: maxReplicas, Target: target,
		Tolerance:  0.1,
		SyncPeriod: 15 * time.Second,
		MetricLag:  15 * time.Second,
		DownWindow: 300 * time.Second,
		UpPods:     4, UpPercent: 100, UpPeriod: 15 * time.Second,
	}
}

// Desired returns the number of replicas that the HPA asks for at time now,
// given the current number (starting ones included) and the metric's total over all
// replicas. It updates the state; calls must come in order of time.
func (h HPA) Desired(state *HPAState, current int, total float64, now time.Duration) int {
	up := [...]HPAPolicy{{Pods: h.UpPods, Period: h.UpPeriod}, {Percent: h.UpPercent, Period: h.UpPeriod}}
	down := [...]HPAPolicy{{Percent: 100, Period: 15 * time.Second}}
	behavior := HPABehavior{
		Up:   HPARules{Window: h.UpWindow, Policies: up[:]},
		Down: HPARules{Window: h.DownWindow, Policies: down[:]},
	}
	spec := HPASpec{Min: h.Min, Max: h.Max, Behavior: &behavior, UpTolerance: h.Tolerance, DownTolerance: h.Tolerance}
	state.begin(current, now)
	if desired, outside := spec.outside(current); outside {
		return state.scale(&spec, current, desired, now)
	}
	return state.scale(&spec, current, state.settle(&spec, current, spec.perPod(current, total, h.Target), now), now)
}
