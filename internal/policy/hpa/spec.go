package hpa

import "time"

// Spec is all of a Kubernetes HorizontalPodAutoscaler that decides. Its rules
// are those of kubernetes/kubernetes:pkg/controller/podautoscaler (horizontal.go,
// replica_calculator.go) in v1.34. Start with Decide.
type Spec struct {
	// Min and Max bound the replicas; 0 <= Min <= Max, 1 <= Max. With Min 0
	// the HPA goes to zero and back by itself (HPAScaleToZero), which needs an
	// object or external metric.
	Min, Max int
	// Metrics are decided on one by one; the largest proposal wins.
	Metrics []Metric
	// Behavior nil is the rule without one: at most max(2 x current, 4) replicas
	// at a decision, and a scale-down stabilised over DownWindow.
	Behavior   *Behavior
	DownWindow time.Duration
	// UpTolerance and DownTolerance are the deviations of the usage ratio
	// above and below 1 that are ignored.
	UpTolerance, DownTolerance float64
	// CPUInitialization is how long after its start a pod's CPU samples count
	// only while it is ready, and only if taken wholly since it became so.
	CPUInitialization time.Duration
	// InitialReadiness is how long after its start a pod's first readiness may
	// be reported: one that is not ready since then or before never was.
	InitialReadiness time.Duration
	// SyncPeriod is the time between two decisions, MetricLag the age of
	// the readings that a decision sees. Both are for the caller to keep.
	SyncPeriod, MetricLag time.Duration
}

// Behavior is how fast the replicas may grow and shrink.
type Behavior struct{ Up, Down Rules }

// Rules limit the changes in one direction.
type Rules struct {
	// Window is the stabilisation window: growth goes to the least
	// recommendation within it, shrinking to the greatest.
	Window time.Duration
	// Select chooses among the limits of Policies, of which there is at least one.
	Select   Select
	Policies []Policy
}

// Select says which of several policies counts.
type Select uint8

// The values of Rules' Select.
const (
	SelectMax Select = iota // the greatest change
	SelectMin               // the least change
	Disabled                // no change in this direction
)

// Policy allows a change of so many Pods, or of Percent of the replicas,
// within each Period. Pods 0 is a policy of percent.
type Policy struct {
	Pods    int
	Percent float64
	Period  time.Duration
}

// Default returns an HPA with the flags' defaults of the
// kube-controller-manager (pkg/controller/podautoscaler/config/v1alpha1/defaults.go)
// and no behaviour, as one has whose manifest names none.
func Default(minReplicas, maxReplicas int, metrics ...Metric) Spec {
	return Spec{
		Min: minReplicas, Max: maxReplicas, Metrics: metrics,
		DownWindow:  300 * time.Second,
		UpTolerance: 0.1, DownTolerance: 0.1,
		CPUInitialization: 5 * time.Minute,
		InitialReadiness:  30 * time.Second,
		SyncPeriod:        15 * time.Second,
		MetricLag:         15 * time.Second,
	}
}

// DefaultBehavior returns what Kubernetes fills in where a manifest names a
// part of a behaviour only (pkg/apis/autoscaling/v2/defaults.go).
func DefaultBehavior() Behavior {
	const period = 15 * time.Second
	return Behavior{
		Up:   Rules{Policies: []Policy{{Pods: 4, Period: period}, {Percent: 100, Period: period}}},
		Down: Rules{Window: 300 * time.Second, Policies: []Policy{{Percent: 100, Period: period}}},
	}
}
