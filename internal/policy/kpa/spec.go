package kpa

import (
	"math"
	"time"
)

const (
	// Tick is the time between two decisions (knative/serving:pkg/autoscaler/scaling/multiscaler.go).
	Tick = 2 * time.Second
	// Scrape is the time between two samples of the metric (pkg/autoscaler/metrics/collector.go).
	Scrape = time.Second

	// ConcurrencyTotal is the Total of a pod that is scaled by concurrent requests and has no limit of its own.
	ConcurrencyTotal = 100
	// RateTotal is the Total of a pod that is scaled by requests per second.
	RateTotal = 200
)

// Spec is the specification of a Knative Pod Autoscaler. Its rules are those of
// knative/serving pkg/autoscaler/scaling/autoscaler.go (how many pods),
// pkg/autoscaler/aggregation (averages of the metric, linear as by default) and
// pkg/reconciler/autoscaling/kpa (bounds and the way to zero).
type Spec struct {
	// Total is what one pod can hold of the metric: concurrent requests, or requests per second.
	Total float64
	// Utilisation is the share of Total that is aimed at.
	Utilisation float64
	// StableWindow is the time that the metric is averaged over: whole seconds, 6 s to 1 h.
	StableWindow time.Duration
	// PanicWindowPercent is the panic window, in percent of the stable one: 1 to 100.
	PanicWindowPercent float64
	// PanicThresholdPercent is the load, in percent of what the ready pods are
	// to carry, from which the KPA panics.
	PanicThresholdPercent float64
	// MaxScaleUpRate and MaxScaleDownRate bound the desired pods to the ready
	// ones times the one and divided by the other; both are above 1.
	MaxScaleUpRate, MaxScaleDownRate float64
	// BurstCapacity is the load, in units of the metric, that is to be absorbed
	// without a queue in the pods. The activator is in the path while less than
	// that is free: always for -1, only at zero pods for 0.
	BurstCapacity float64
	// ScaleDownDelay is the time that a lower number must last before it counts; whole seconds.
	ScaleDownDelay time.Duration
	// Reachable tells whether a route refers to the revision. One that is not
	// may shrink at once, and Min, InitialScale and PodRetention do not hold it.
	Reachable bool

	// Min and Max bound the pods; a Max of 0 is none.
	Min, Max int
	// InitialScale is the number of pods that a new revision starts with and must reach once.
	InitialScale int
	// ActivationScale is the least number above zero; 0 and 1 mean no more than one pod.
	ActivationScale int

	// ScaleToZero allows the last pod to go.
	ScaleToZero bool
	// ScaleToZeroGrace is the time that the activator must have been in the path before the last pod goes.
	ScaleToZeroGrace time.Duration
	// PodRetention is the time that the last pod is kept after the revision became inactive.
	PodRetention time.Duration
	// ProgressDeadline is the time that new pods have to become ready.
	ProgressDeadline time.Duration
}

// Default returns the defaults of knative/serving:pkg/autoscaler/config/config.go
// and pkg/deployment/config.go for pods that hold total of the metric:
// ConcurrencyTotal, RateTotal, or the container's limit of concurrent requests.
func Default(total float64) Spec {
	return Spec{
		Total: total, Utilisation: 0.7,
		StableWindow: 60 * time.Second, PanicWindowPercent: 10, PanicThresholdPercent: 200,
		MaxScaleUpRate: 1000, MaxScaleDownRate: 2,
		BurstCapacity: 211,
		Reachable:     true,
		InitialScale:  1,
		ScaleToZero:   true, ScaleToZeroGrace: 30 * time.Second,
		ProgressDeadline: 600 * time.Second,
	}
}

// Target is the value of the metric that each pod is to carry, 0.01 at the least
// (knative/serving:pkg/reconciler/autoscaling/resources/target.go).
func (k Spec) Target() float64 {
	return max(0.01, k.Total*k.Utilisation)
}

// PanicWindow is the time that the panic metric is averaged over: whole seconds,
// one at the least (knative/serving:pkg/reconciler/autoscaling/resources/metric.go).
func (k Spec) PanicWindow() time.Duration {
	window := time.Duration(float64(k.StableWindow) * k.PanicWindowPercent / 100).Round(time.Second)
	return max(window, time.Second)
}

// pods is the number that a load calls for at the target: whole, but not bounded.
func (k Spec) pods(load float64) float64 {
	return math.Ceil(load / k.Target())
}
