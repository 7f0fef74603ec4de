package platform

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/policy"
)

const (
	// heldStep is what AWS rounds the time up to for which provisioned concurrency is held (AWS Lambda pricing).
	heldStep = 5 * time.Minute
	// unreserved is what AWS keeps of an account's limit for functions without a reserved part (AWS Lambda Developer
	// Guide, configuring reserved concurrency).
	unreserved = 100
)

// reserve makes a function's reserved part its limit.
func (f *Function) reserve(s v1alpha1.FunctionHome) error {
	if s.ReservedConcurrency == 0 {
		return nil
	}
	if s.ReservedConcurrency > s.ConcurrencyLimit-unreserved {
		return fmt.Errorf("reserved concurrency of %d: the account's limit is %d, of which %d stay for functions that reserve none",
			s.ReservedConcurrency, s.ConcurrencyLimit, unreserved)
	}
	f.Limit = s.ReservedConcurrency
	return nil
}

// scale lets the provisioned environments follow a schedule, a target, or both: the schedule then gives the least.
func (f *Function) scale(s v1alpha1.FunctionHome) {
	most := 0
	if t := s.ProvisionedTracking; t != nil {
		most = t.Max
		f.Tracking = &policy.TargetTrackingRule{
			Bounds: policy.Bounds{Min: min(max(1, f.Provisioned), most), Max: most},
			Target: float64(t.Target), LowShare: float64(t.LowShare),
			OutPeriods: t.OutPeriods, InPeriods: t.InPeriods,
			OutCooldown: t.OutCooldown.Std(), InCooldown: t.InCooldown.Std(),
		}
	}
	f.Schedule = schedule(s.ProvisionedSchedule, most)
	if s.AllocationDelay != nil {
		f.AllocationDelay, f.HeldStep = s.AllocationDelay.Std(), heldStep
	}
}

// schedule reads a schedule of counts, each of which is the least, and the largest unless most is larger.
func schedule(list []v1alpha1.Scheduled, most int) []policy.ScheduleEntry {
	var entries []policy.ScheduleEntry
	for _, s := range list {
		entries = append(entries, policy.ScheduleEntry{
			Days: s.Weekdays(), At: s.At.Std(), Bounds: policy.Bounds{Min: s.Count, Max: max(s.Count, most)},
		})
	}
	return entries
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
		if _, err := policy.NewTargetTracking(*f.Tracking); err != nil {
			return err
		}
		if f.Tracking.Max > f.Limit {
			return fmt.Errorf("up to %d provisioned environments exceed the concurrency limit of %d", f.Tracking.Max, f.Limit)
		}
	}
	return checkSchedule(f.Schedule, f.Limit)
}

// checkSchedule returns an error when a schedule is impossible, or has a least number above a limit.
func checkSchedule(entries []policy.ScheduleEntry, limit int) error {
	if len(entries) == 0 {
		return nil
	}
	for _, e := range entries {
		if e.Min > limit {
			return fmt.Errorf("the schedule has %d at %v: expected at most the limit of %d", e.Min, e.At, limit)
		}
	}
	_, err := policy.NewSchedule(time.Time{}, entries)
	return err
}

func (a *Arrangement) assumeAllocation(f *v1alpha1.FunctionHome) {
	modelfile.DefaultFunction(f)
	a.assume("provisioned environments that are asked for are ready after %s; the provider says a minute or two", *f.AllocationDelay)
}
