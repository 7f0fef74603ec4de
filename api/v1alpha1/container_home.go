package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// ContainerHome is several requests per instance.
type ContainerHome struct {
	// Concurrency is the number of requests that one instance serves at once. Default: what the profile allows.
	Concurrency int `json:"concurrency,omitempty" check:"gte=1"`
	// VCPU per instance, if the offer sells it separately. Default: the minimum that the offer allows.
	VCPU float64 `json:"vcpu,omitempty" check:"gt=0"`
	// Memory per instance, if the offer sells it separately. Default: what the service needs, at least what the offer asks.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// MinInstances are always warm. Default: searched by plan, 0 in simulate; with a schedule, its minimum.
	MinInstances *int `json:"minInstances,omitempty" check:"lte=1e6"`
	// MinSchedule sets the warm instances by the time of the week.
	MinSchedule []Scheduled `json:"minSchedule,omitempty"`
	// MaxInstances is the maximum number of instances. Default: searched by plan up to the quota, the quota in simulate.
	MaxInstances int `json:"maxInstances,omitempty" check:"gte=1"`
	// StartRate limits how many instances are started per period. Default: no limit.
	StartRate *StartRate `json:"startRate,omitempty"`
	// StartsAtOnce limits the instances that start at the same time; 1 starts one after the other. Default: no limit.
	StartsAtOnce int `json:"startsAtOnce,omitempty" check:"gte=1"`
	// CancelSurplus cancels a start, the newest first, when no waiting request needs it any more. Default: false (assumed).
	CancelSurplus bool `json:"cancelSurplus,omitempty"`
	// IdleHold is how long an idle instance is kept, and billed. Default: searched by plan if customers can set it; otherwise the offer's.
	IdleHold *unit.Duration `json:"idleHold,omitempty"`
	// QueueTimeout is how long a request waits for an instance. Default: 300s.
	QueueTimeout *unit.Duration `json:"queueTimeout,omitempty"`
	// QueueLength is the maximum number of waiting requests; more are rejected. Default: no limit.
	QueueLength int `json:"queueLength,omitempty" check:"gte=1"`
	// Boot is the platform's own start-up before the container runs. Default: the offer's.
	Boot *unit.Duration `json:"boot,omitempty"`
}

// StartRate is a number of instances per period, refilled continuously.
type StartRate struct {
	// Instances that can be started in a period.
	Instances int `json:"instances" check:"gte=1,lte=1e6"`
	// Period is how long a full refill takes. Default: 1m.
	Period unit.Duration `json:"period,omitempty" check:"gt=0"`
}
