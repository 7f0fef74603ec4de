package arrange

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
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
func reserve(f *home.Function, s v1alpha1.FunctionHome) error {
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

// scaleFunction lets the provisioned environments follow a schedule, a target, or both: the schedule then gives the least.
func scaleFunction(f *home.Function, s v1alpha1.FunctionHome) {
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

func (a *Arrangement) assumeAllocation(f *v1alpha1.FunctionHome) {
	modelfile.DefaultFunction(f)
	a.assume("provisioned environments that are asked for are ready after %s; the provider says a minute or two", *f.AllocationDelay)
}
