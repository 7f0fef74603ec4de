package catalog

import (
	"math"
	"time"
)

// provisionedStep is the step to which AWS rounds up the time of provisioned concurrency.
const provisionedStep = 5 * time.Minute

// functionUsage is that of one request per environment.
func (a Ask) functionUsage(o Offer, size Size) (Usage, error) {
	if err := a.checkFunction(o); err != nil {
		return nil, err
	}
	each := roundUp(max(a.Duration.Std(), o.Billing.Minimum.Std()), o.Billing.Step.Std()).Milliseconds()
	held := roundUp(monthUnless(a.ProvisionedHours), provisionedStep).Milliseconds()
	warm, err := a.warmRequests(int64(a.Provisioned)*held, each)
	if err != nil {
		return nil, err
	}
	usage := Usage{}
	return usage, fill(usage, map[Meter][]int64{
		FunctionTime:       {a.Requests - warm, each, int64(size.Memory)},
		ProvisionedRunTime: {warm, each, int64(size.Memory)},
		ProvisionedTime:    {int64(a.Provisioned), held, int64(size.Memory)},
		Requests:           {a.Requests},
		SnapshotRestores:   {a.Restores, int64(size.Memory)},
		SnapshotCacheTime:  {a.SnapshotHours.Std().Milliseconds(), int64(size.Memory)},
	})
}

func (a Ask) checkFunction(o Offer) error {
	switch {
	case a.Memory == 0 && o.Separate:
		return wrongAsk("memory", "%s is billed by memory and time: expected the memory of one environment, such as 1GB", o.ID)
	case a.Provisioned < 0 || a.Provisioned > 1_000_000:
		return wrongAsk("provisioned", "expected a number from 0 to 1,000,000, got %d", a.Provisioned)
	case a.Provisioned == 0 && a.OnProvisioned != nil:
		return wrongAsk("onProvisioned", "needs provisioned: how many environments are held")
	case a.Provisioned == 0 && a.ProvisionedHours != nil:
		return wrongAsk("provisionedHours", "needs provisioned: how many environments are held")
	case a.OnProvisioned != nil && !(*a.OnProvisioned >= 0 && *a.OnProvisioned <= 1):
		return wrongAsk("onProvisioned", "expected a share from 0 to 1, got %s", *a.OnProvisioned)
	case a.Provisioned > 0 && (a.Restores > 0 || a.SnapshotHours > 0):
		return wrongAsk("provisioned", "provisioned concurrency and SnapStart (restores, a cached snapshot) exclude each other: the provider does not combine them")
	case o.Limits.Timeout > 0 && a.Duration > o.Limits.Timeout:
		return wrongAsk("duration", "%s stops a request after %s, got %s", o.ID, o.Limits.Timeout, a.Duration)
	}
	return nil
}

// warmRequests is how many requests run on provisioned concurrency that is held
// for so many ms altogether: all, unless the Ask says otherwise.
func (a Ask) warmRequests(held, each int64) (int64, error) {
	if a.Provisioned == 0 {
		return 0, nil
	}
	warm := a.Requests
	if a.OnProvisioned != nil {
		warm = int64(math.Round(float64(a.Requests) * float64(*a.OnProvisioned)))
	}
	if each > 0 && warm > held/each {
		return 0, wrongAsk("onProvisioned", "%d environments can run at most %d requests of %s in the time that they are held: give the share that they serve",
			a.Provisioned, held/each, a.Duration)
	}
	return warm, nil
}
