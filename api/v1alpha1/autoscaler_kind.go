package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// Knative is the Knative Pod Autoscaler. The container concurrency is that of the profile, and the target is
// targetConcurrency.
type Knative struct {
	// StableWindow is the window over which concurrency is averaged: whole seconds, 6s to 1h. Default: 60s.
	StableWindow unit.Duration `json:"stableWindow,omitempty" check:"gt=0"`
	// PanicWindow is the window that triggers panic mode, as a share of the stable window. Default: 10%.
	PanicWindow *unit.Share `json:"panicWindow,omitempty" check:"gte=0.01"`
	// PanicThreshold is the load at which panic mode starts, in multiples of the target of the ready replicas. Default: 2.
	PanicThreshold float64 `json:"panicThreshold,omitempty" check:"gt=1,lte=10"`
	// MaxScaleUpRate limits a decision to that many times the ready replicas. Default: 1000.
	MaxScaleUpRate float64 `json:"maxScaleUpRate,omitempty" check:"gt=1"`
	// MaxScaleDownRate limits a decision to no fewer than the ready replicas divided by it. Default: 2.
	MaxScaleDownRate float64 `json:"maxScaleDownRate,omitempty" check:"gt=1"`
	// BurstCapacity is the burst to absorb without queueing in the replicas; -1 is unlimited. The activator, without which
	// the last replica is not removed, is in the path while less than this is free. Default: 211.
	BurstCapacity *float64 `json:"burstCapacity,omitempty" check:"gte=-1"`
	// ScaleToZeroGrace is how long the activator must have been in the path before the last replica is removed. Default: 30s.
	ScaleToZeroGrace *unit.Duration `json:"scaleToZeroGrace,omitempty"`
	// PodRetention is how long the last replica is kept after the traffic has stopped. Default: 0s.
	PodRetention unit.Duration `json:"podRetention,omitempty"`
	// ScaleDownDelay is how long a lower number must last before it takes effect: whole seconds, at most 1h. Default: 0s.
	ScaleDownDelay unit.Duration `json:"scaleDownDelay,omitempty"`
	// ActivationScale is the minimum number above zero. Default: 1.
	ActivationScale int `json:"activationScale,omitempty" check:"gte=1,lte=1e6"`
}

// KEDA is a KEDA ScaledObject with one trigger, a metric of type concurrency or queue.
type KEDA struct {
	// PollingInterval is how often the trigger is checked. Default: 30s.
	PollingInterval unit.Duration `json:"pollingInterval,omitempty" check:"gt=0"`
	// Cooldown is how long the trigger must have been inactive before the last replicas are removed. Default: 300s.
	Cooldown *unit.Duration `json:"cooldown,omitempty"`
	// InitialCooldown replaces it until the trigger has been active once. Default: 0s.
	InitialCooldown unit.Duration `json:"initialCooldown,omitempty"`
	// Activation is the value above which the trigger is active. Default: 0.
	Activation float64 `json:"activation,omitempty" check:"lte=1e9"`
}

// Predictive sizes for the maximum of the present demand and its forecasts up to one start-up time ahead. A forecast uses
// past demand only.
type Predictive struct {
	// Interval is how often it decides; a day is a whole number of them. Default: 1m.
	Interval unit.Duration `json:"interval,omitempty" check:"gt=0"`
	// Horizon is how far ahead it looks. Default: the mean start-up of a replica on a new node.
	Horizon unit.Duration `json:"horizon,omitempty" check:"gt=0"`
	// Days is how many earlier days are used, at the same time of day. Default: 7.
	Days *int `json:"days,omitempty" check:"lte=28"`
	// Weeks is how many earlier weeks are used. Default: 4.
	Weeks *int `json:"weeks,omitempty" check:"lte=8"`
	// Quantile is the quantile of those values that is the forecast. Default: 90%.
	Quantile unit.Share `json:"quantile,omitempty" check:"gt=0"`
	// Recent is the span over which today's level is compared with the usual one. Default: 30m.
	Recent unit.Duration `json:"recent,omitempty" check:"gt=0"`
	// MaxCorrection bounds the factor of that comparison. Default: 2.
	MaxCorrection float64 `json:"maxCorrection,omitempty" check:"gte=1"`
}

// Spock averages the demand.
type Spock struct {
	// Interval is how often it decides. Default: 1m.
	Interval unit.Duration `json:"interval,omitempty" check:"gt=0"`
	// Average is the span of the average. Default: 10m (assumed).
	Average unit.Duration `json:"average,omitempty" check:"gt=0"`
}

// Cackle picks the percentile of recent demand that would have cost the least.
type Cackle struct {
	// Interval is how often it decides. Default: 10s.
	Interval unit.Duration `json:"interval,omitempty" check:"gt=0"`
	// Premium is the price of a replica's work on serverless divided by its price on the replica.
	Premium float64 `json:"premium" check:"gt=0"`
}

// MArk counts arrivals.
type MArk struct {
	// Rate is the rate that a replica serves within the objectives. Default: targetConcurrency / mean service time; batched profiles need it.
	Rate unit.Rate `json:"rate,omitempty" check:"gt=0"`
}

// LIBRA splits a load between full replicas and serverless.
type LIBRA struct {
	// Interval is how often it decides. Default: 1m.
	Interval unit.Duration `json:"interval,omitempty" check:"gt=0"`
	// Rate is the rate that a replica serves within the objectives. Default: targetConcurrency / mean service time; batched profiles need it.
	Rate unit.Rate `json:"rate,omitempty" check:"gt=0"`
	// Premium is the price of a replica's work on serverless divided by its price on the replica.
	Premium float64 `json:"premium" check:"gt=0"`
}
