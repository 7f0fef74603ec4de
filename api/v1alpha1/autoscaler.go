package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// Autoscaler decides how many replicas there are: a Kubernetes HorizontalPodAutoscaler, or at most one of the others.
type Autoscaler struct {
	// Min is the minimum number of replicas; with 0, requests that find none wait for one. Default: replicas; 0 with knative and
	// keda, where plan searches it.
	Min *int `json:"min,omitempty" check:"lte=1e6"`
	// Max is the maximum number of replicas. Default: 4 x replicas, at least 10; where plan searches replicas, it sets both.
	Max int `json:"max,omitempty" check:"gte=1,lte=1e7"`
	// TargetConcurrency is the target number of requests in flight per replica, queued ones included.
	// Default: 70 % of the concurrency that the profile allows.
	TargetConcurrency float64 `json:"targetConcurrency,omitempty" check:"gt=0"`
	// Metrics are the inputs of the HPA; the largest proposal wins. With keda, give one: its trigger. Default: concurrency.
	Metrics []ScalingMetric `json:"metrics,omitempty"`
	// SyncPeriod is how often the HPA decides. Default: 15s.
	SyncPeriod unit.Duration `json:"syncPeriod,omitempty" check:"gt=0"`
	// MetricLag is the age of the metrics that the HPA sees. Default: 15s.
	MetricLag *unit.Duration `json:"metricLag,omitempty"`
	// Tolerance is the deviation of the ratio from 1 that the HPA ignores. Default: 10%.
	Tolerance *unit.Share `json:"tolerance,omitempty"`
	// DownStabilization is the window whose highest recommendation bounds a scale-down. Default: 300s.
	DownStabilization *unit.Duration `json:"downStabilization,omitempty"`
	// UpStabilization is the window whose lowest recommendation bounds a scale-up. Default: 0s.
	UpStabilization *unit.Duration `json:"upStabilization,omitempty"`
	// ScaleUp bounds how fast the HPA adds replicas. Default: 4 or 100% in 15s, whichever is more.
	ScaleUp *ScalingRules `json:"scaleUp,omitempty"`
	// ScaleDown bounds how fast the HPA removes replicas. Default: 100% in 15s.
	ScaleDown *ScalingRules `json:"scaleDown,omitempty"`

	// Knative is the Knative Pod Autoscaler on concurrent requests.
	Knative *Knative `json:"knative,omitempty"`
	// KEDA scales to zero and back; above zero the HPA decides.
	KEDA *KEDA `json:"keda,omitempty"`
	// Predictive forecasts from the same times on earlier days and weeks.
	Predictive *Predictive `json:"predictive,omitempty"`
	// Spock sizes for the average and leaves the rest to serverless (IEEE CLOUD 2019).
	Spock *Spock `json:"spock,omitempty"`
	// Cackle follows the percentile of recent demand that would have been cheapest so far (SIGMOD 2024).
	Cackle *Cackle `json:"cackle,omitempty"`
	// MArk provisions for 1.2 times the busiest 5 s of the last minute (USENIX ATC 2019).
	MArk *MArk `json:"mark,omitempty"`
	// LIBRA keeps the replicas that the load fills, and one more if that is cheaper than serverless (IEEE IC2E 2021).
	LIBRA *LIBRA `json:"libra,omitempty"`
}

// ScalingMetric is what an HPA compares with a target.
type ScalingMetric struct {
	// Type is concurrency (all requests in the home, queued ones included, per replica), queue (waiting requests, per replica),
	// podConcurrency (requests inside each ready replica), cpu (the share of a replica's slots that are busy) or gpu (the share of the
	// time in which a replica has any request).
	Type string `json:"type" check:"oneof=concurrency queue podConcurrency cpu gpu"`
	// Target is requests per replica; for cpu and gpu a share such as 0.7. Default for concurrency and podConcurrency:
	// targetConcurrency.
	Target float64 `json:"target,omitempty" check:"gt=0,lte=1e6"`
}

// The types of ScalingMetric.
const (
	MetricConcurrency    = "concurrency"
	MetricQueue          = "queue"
	MetricPodConcurrency = "podConcurrency"
	MetricCPU            = "cpu"
	MetricGPU            = "gpu"
)

// ScalingRules bound the changes of an HPA in one direction.
type ScalingRules struct {
	// Select says which of several policies counts: Max (the largest change), Min (the smallest) or Disabled (no change). Default: Max.
	Select string `json:"select,omitempty" check:"oneof=Max Min Disabled"`
	// Policies are the bounds.
	Policies []ScalingPolicy `json:"policies"`
}

// ScalingPolicy allows a number of replicas, or a percentage of them, within each period.
type ScalingPolicy struct {
	// Pods is the number of replicas; with 0, percent applies.
	Pods int `json:"pods,omitempty" check:"lte=1e6"`
	// Percent of the replicas.
	Percent float64 `json:"percent,omitempty" check:"lte=1e6"`
	// Period is at most 30m.
	Period unit.Duration `json:"period" check:"gt=0"`
}

// The kinds of Autoscaler, as they are called in outputs.
const (
	kindHPA        = "hpa"
	kindKnative    = "knative"
	kindKEDA       = "keda"
	kindPredictive = "predictive"
)

// Kinds names those that are given.
func (a *Autoscaler) Kinds() []string {
	var names []string
	for _, k := range []struct {
		name  string
		given bool
	}{
		{kindKnative, a.Knative != nil},
		{kindKEDA, a.KEDA != nil},
		{kindPredictive, a.Predictive != nil},
		{"spock", a.Spock != nil},
		{"cackle", a.Cackle != nil},
		{"mark", a.MArk != nil},
		{"libra", a.LIBRA != nil},
	} {
		if k.given {
			names = append(names, k.name)
		}
	}
	return names
}

// Kind names what decides: hpa, knative, keda, predictive, spock, cackle, mark or libra.
func (a *Autoscaler) Kind() string {
	if names := a.Kinds(); len(names) > 0 {
		return names[0]
	}
	return kindHPA
}

// HasHPA says whether an HPA decides, alone or above zero.
func (a *Autoscaler) HasHPA() bool {
	kind := a.Kind()
	return kind == kindHPA || kind == kindKEDA
}

// ToZero says whether the least number is 0 unless Min says otherwise.
func (a *Autoscaler) ToZero() bool { return a.Knative != nil || a.KEDA != nil }
