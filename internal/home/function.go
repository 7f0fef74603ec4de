package home

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
)

// Function is one request per environment.
type Function struct {
	// Limit is the greatest number of concurrent executions; a request above it is rejected. It is the function's reserved part of
	// the account's limit, or what the others leave of that.
	Limit int
	// Burst and BurstPeriod bound how many environments can be created: Burst per BurstPeriod, refilled continuously. Zero is no bound.
	Burst       int
	BurstPeriod time.Duration
	// Init is the cold start in seconds; nil is none.
	Init random.Dist
	// InitLimit is the length above which an init is stopped and run again inside the first call; 0 is none.
	InitLimit time.Duration
	// IdleExpiry is how long an environment is kept after its last request.
	IdleExpiry time.Duration
	// IdleExpiryMax, when above IdleExpiry, makes the window uniform between the two: drawn anew for each idle time of each environment.
	IdleExpiryMax time.Duration
	// IdleHistogram keeps and pre-warms by baseline.IdleHistogram, with IdleExpiry while that has seen too little.
	IdleHistogram bool
	// Routing picks among idle environments.
	Routing Routing
	// Provisioned environments are always warm and take requests first.
	Provisioned int
	// Schedule bounds the provisioned environments by the time of the week; the traffic starts on a Monday at midnight.
	Schedule []scale.ScheduleEntry
	// Tracking sizes them by their utilisation, starting from Provisioned.
	Tracking *scale.TargetTrackingRule
	// AllocationDelay is from asking for provisioned environments until they are ready.
	AllocationDelay time.Duration
	// HeldStep rounds up the time for which provisioned environments that are given back are billed.
	HeldStep time.Duration
	// Timeout stops a request; 0 is none.
	Timeout time.Duration
	// Step rounds billed time up.
	Step time.Duration
	// Snapshot says that Init is a restore, which is priced by itself and not billed as run time.
	Snapshot bool
}

// Check returns an error when the home is impossible.
func (f *Function) Check() error {
	switch {
	case f.Limit < 1 || f.Provisioned > f.Limit || f.Provisioned < 0:
		return fmt.Errorf("expected a concurrency limit of at least 1 and the provisioned concurrency, got %d and %d", f.Limit, f.Provisioned)
	case f.Snapshot && f.Provisioned > 0:
		return fmt.Errorf("SnapStart excludes provisioned concurrency: expected none, got %d (spec.constraints.minReplicas asks for it, too)", f.Provisioned)
	case f.Burst < 0 || f.Burst > 0 && f.BurstPeriod <= 0:
		return fmt.Errorf("expected a scaling rate of at least 0 in a period above 0, got %d in %v", f.Burst, f.BurstPeriod)
	case f.IdleExpiry < 0 || f.IdleExpiryMax != 0 && f.IdleExpiryMax < f.IdleExpiry:
		return fmt.Errorf("expected an expiry of at least 0, and at most the largest, got %v and %v", f.IdleExpiry, f.IdleExpiryMax)
	case f.IdleHistogram && f.IdleExpiryMax != 0:
		return errors.New("expected a histogram or a window that is drawn, not both")
	case f.Routing > LongestIdle:
		return fmt.Errorf("unknown routing %d", f.Routing)
	case f.AllocationDelay < 0 || f.HeldStep < 0:
		return fmt.Errorf("expected an allocation delay and a billing step of at least 0, got %v and %v", f.AllocationDelay, f.HeldStep)
	}
	if f.Tracking != nil {
		if _, err := scale.NewTargetTracking(*f.Tracking); err != nil {
			return err
		}
		if f.Tracking.Max > f.Limit {
			return fmt.Errorf("up to %d provisioned environments exceed the concurrency limit of %d", f.Tracking.Max, f.Limit)
		}
	}
	return checkSchedule(f.Schedule, f.Limit)
}
