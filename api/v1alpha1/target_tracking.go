package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// TargetTracking sizes provisioned concurrency by its utilisation, as AWS Application Auto Scaling does. It starts
// from provisionedConcurrency, which is also the minimum (at least 1).
type TargetTracking struct {
	// Max is the maximum number of provisioned environments.
	Max int `json:"max" check:"gte=1,lte=1e6"`
	// Target is the target utilisation. Default: 70%.
	Target unit.Share `json:"target,omitempty" check:"gt=0"`
	// LowShare is the share of the target below which environments are released. Default: 90%.
	LowShare unit.Share `json:"lowShare,omitempty" check:"gt=0"`
	// OutPeriods is how many minutes in a row the utilisation must be above the target. Default: 3.
	OutPeriods int `json:"outPeriods,omitempty" check:"gte=1,lte=1440"`
	// InPeriods is how many minutes in a row it must be below the low mark. Default: 15.
	InPeriods int `json:"inPeriods,omitempty" check:"gte=1,lte=1440"`
	// OutCooldown is the minimum time from a change to the next increase. Default: 0s.
	OutCooldown unit.Duration `json:"outCooldown,omitempty"`
	// InCooldown is the minimum time from a change to the next decrease. Default: 0s.
	InCooldown unit.Duration `json:"inCooldown,omitempty"`
}
