package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// TargetTracking sizes provisioned concurrency by its utilisation, as AWS Application Auto Scaling does. It starts
// from provisionedConcurrency, which is also the least (at least 1).
type TargetTracking struct {
	// Max is the greatest number of provisioned environments.
	Max int `json:"max" check:"gte=1,lte=1e6"`
	// Target is the utilisation aimed at. Default: 70%.
	Target unit.Share `json:"target,omitempty" check:"gt=0"`
	// LowShare of the target is where environments begin to be given back. Default: 90%.
	LowShare unit.Share `json:"lowShare,omitempty" check:"gt=0"`
	// OutPeriods is for how many minutes in a row the utilisation must be above the target. Default: 3.
	OutPeriods int `json:"outPeriods,omitempty" check:"gte=1,lte=1440"`
	// InPeriods is for how many minutes in a row it must be below the low mark. Default: 15.
	InPeriods int `json:"inPeriods,omitempty" check:"gte=1,lte=1440"`
	// OutCooldown is the least time from a change to the next growth. Default: 0s.
	OutCooldown unit.Duration `json:"outCooldown,omitempty"`
	// InCooldown is the least time from a change to the next shrinkage. Default: 0s.
	InCooldown unit.Duration `json:"inCooldown,omitempty"`
}
