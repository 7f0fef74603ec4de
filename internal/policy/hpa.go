package policy

import (
	"math"
	"time"
)

// HPA is the specification of a Kubernetes HorizontalPodAutoscaler on an
// external or object metric with an AverageValue target. Its rules are those of
// kubernetes/kubernetes pkg/controller/podautoscaler (horizontal.go,
// replica_calculator.go) with the defaults of pkg/apis/autoscaling/v2.
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

// HPAState is what an HPA remembers between decisions. The zero value is a new one.
type HPAState struct {
	recommendations []timed // raw recommendations within the longer stabilisation window
	growth          []timed // replicas added, within UpPeriod
}

type timed struct {
	at       time.Duration
	replicas int
}

// Desired returns the number of replicas that the HPA asks for at time now,
// given the current number (starting ones included) and the metric's total over all
// replicas. It updates the state; calls must come in order of time.
func (h HPA) Desired(state *HPAState, current int, total float64, now time.Duration) int {
	if current == 0 {
		return 0 // an HPA is disabled while its target has no replicas
	}
	recommended := h.recommend(current, total)
	stabilised := state.stabilise(h, current, recommended, now)
	desired := min(max(stabilised, h.Min), h.Max)
	if desired > current {
		desired = min(desired, h.growthLimit(state, current, now))
		if desired > current {
			state.growth = append(state.growth, timed{now, desired - current})
		}
	}
	return desired
}

// recommend is GetExternalPerPodMetricReplicas: ceil(total/target), held within the tolerance.
func (h HPA) recommend(current int, total float64) int {
	ratio := total / (h.Target * float64(current))
	if math.Abs(1-ratio) <= h.Tolerance {
		return current
	}
	return int(math.Ceil(math.Min(total/h.Target, math.MaxInt32)))
}

// stabilise clamps current into [lowest recent recommendation of the up window,
// highest of the down window], as stabilizeRecommendationWithBehaviors does.
func (s *HPAState) stabilise(h HPA, current, recommended int, now time.Duration) int {
	if s.recommendations == nil {
		s.recommendations = []timed{{now, current}} // a new HPA starts from what it finds
	}
	s.recommendations = dropBefore(s.recommendations, now-max(h.UpWindow, h.DownWindow))
	up, down := recommended, recommended
	for _, r := range s.recommendations {
		if r.at > now-h.UpWindow {
			up = min(up, r.replicas)
		}
		if r.at > now-h.DownWindow {
			down = max(down, r.replicas)
		}
	}
	s.recommendations = append(s.recommendations, timed{now, recommended})
	return min(max(current, up), down)
}

// growthLimit is calculateScaleUpLimitWithScalingRules with the default policies.
func (h HPA) growthLimit(s *HPAState, current int, now time.Duration) int {
	s.growth = dropBefore(s.growth, now-h.UpPeriod)
	start := current
	for _, g := range s.growth {
		start -= g.replicas
	}
	byPercent := int(math.Ceil(float64(start) * (1 + h.UpPercent/100)))
	return max(start+h.UpPods, byPercent)
}

func dropBefore(list []timed, limit time.Duration) []timed {
	i := 0
	for i < len(list) && list[i].at <= limit {
		i++
	}
	return append(list[:0], list[i:]...)
}
