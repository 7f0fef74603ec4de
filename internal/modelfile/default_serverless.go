package modelfile

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const defaultQueueTimeout = unit.Duration(300 * time.Second)

const defaultStartPeriod = unit.Duration(time.Minute)

// DefaultContainer fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func DefaultContainer(c *v1alpha1.ContainerHome) {
	setPointer(&c.QueueTimeout, defaultQueueTimeout)
	if c.StartRate != nil {
		setDefault(&c.StartRate.Period, defaultStartPeriod)
	}
	if len(c.MinSchedule) > 0 {
		setPointer(&c.MinInstances, v1alpha1.LeastScheduled(c.MinSchedule))
	}
}

const (
	defaultIdleExpiry      = unit.Duration(300 * time.Second)
	defaultAllocationDelay = unit.Duration(2 * time.Minute)
)

// DefaultFunction fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func DefaultFunction(f *v1alpha1.FunctionHome) {
	setPointer(&f.IdleExpiry, defaultIdleExpiry)
	if f.ProvisionedTracking != nil {
		defaultTracking(f.ProvisionedTracking)
	}
	if len(f.ProvisionedSchedule) > 0 {
		setPointer(&f.ProvisionedConcurrency, v1alpha1.LeastScheduled(f.ProvisionedSchedule))
	}
	if f.ProvisionedTracking != nil || len(f.ProvisionedSchedule) > 0 {
		setPointer(&f.AllocationDelay, defaultAllocationDelay)
	}
}

// The defaults of TargetTracking (AWS Lambda Developer Guide, managing provisioned concurrency with Application Auto Scaling).
const (
	defaultUtilisation unit.Share = 0.7
	defaultLowShare    unit.Share = 0.9
	defaultOutPeriods             = 3
	defaultInPeriods              = 15
)

func defaultTracking(t *v1alpha1.TargetTracking) {
	setDefault(&t.Target, defaultUtilisation)
	setDefault(&t.LowShare, defaultLowShare)
	setDefault(&t.OutPeriods, defaultOutPeriods)
	setDefault(&t.InPeriods, defaultInPeriods)
}
