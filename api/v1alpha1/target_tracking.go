package v1alpha1

import (
	"fmt"

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

// The defaults of TargetTracking (AWS Lambda Developer Guide, managing provisioned concurrency with Application Auto Scaling).
const (
	defaultTarget     unit.Share = 0.7
	defaultLowShare   unit.Share = 0.9
	defaultOutPeriods            = 3
	defaultInPeriods             = 15
)

func (t *TargetTracking) applyDefaults() {
	setDefault(&t.Target, defaultTarget)
	setDefault(&t.LowShare, defaultLowShare)
	setDefault(&t.OutPeriods, defaultOutPeriods)
	setDefault(&t.InPeriods, defaultInPeriods)
}

func (t *TargetTracking) validate(r *report, path string, f *FunctionHome, functionPath string) {
	least := 0
	if f.ProvisionedConcurrency != nil {
		least = *f.ProvisionedConcurrency
	}
	if t.Max < least {
		r.reject(fieldPath(path, "max"), fmt.Sprintf("expected at least provisionedConcurrency, %d, got %d", least, t.Max),
			fieldPath(functionPath, "provisionedConcurrency"))
	}
}
