package arrange

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/random"
)

const (
	// functionInitLimit is when Lambda stops an initialisation and runs it again inside the first call.
	functionInitLimit = 10 * time.Second
	// functionBurst is Lambda's scaling rate: new environments per 10 s and function.
	functionBurst       = 1000
	functionBurstPeriod = 10 * time.Second
	// restoreBase and restorePerGiB: SnapStart restores were measured at 0.44-0.74 s with 1.8 GB and 2.45 s with 4 GB.
	restoreBase   = 0.4
	restorePerGiB = 0.5
)

func (a *Arrangement) buildFunction(spec *v1alpha1.ModelSpec, cat *catalog.Catalog) error {
	f := v1alpha1.FunctionHome{}
	if a.Settings.Function != nil {
		f = *a.Settings.Function
	}
	a.completeFunction(&f, spec)
	a.Settings.Function = &f
	var err error
	if a.size, err = a.Offer.Size(0, f.Memory); err != nil {
		return err
	}
	fit, err := FitService(spec, a.Offer.Hardware, cat, a.size.VCPU)
	if err != nil {
		return err
	}
	if fit.Service.Batch != nil {
		return fmt.Errorf("a function environment serves one request at a time; the profile for %s CPUs is batched", a.Offer.Hardware.Arch)
	}
	a.setService(spec, fit)
	a.Home.Service.Concurrency = 1
	init, err := initDist(spec, fit)
	if err != nil {
		return err
	}
	cold := startUp(init, weightsTime(spec, fit))
	if f.SnapStart {
		cold = random.Constant(restoreBase + restorePerGiB*f.Memory.GiB())
		a.assume("SnapStart restores in %.1f s + %.1f s per GiB, from two published measurements", restoreBase, restorePerGiB)
	}
	a.Home.Function = &home.Function{
		Limit: f.ConcurrencyLimit - f.OthersConcurrency, Burst: functionBurst, BurstPeriod: functionBurstPeriod,
		Init: cold, InitLimit: functionInitLimit, IdleExpiry: f.IdleExpiry.Std(),
		IdleHistogram: f.KeepAlive == v1alpha1.KeepAliveHistogram, Routing: routing(f.Routing),
		Provisioned: *f.ProvisionedConcurrency, Snapshot: f.SnapStart,
		Timeout: a.Offer.Limits.Timeout.Std(), Step: a.Offer.Billing.Step.Std(),
	}
	if f.IdleExpiryMax != nil {
		a.Home.Function.IdleExpiryMax = f.IdleExpiryMax.Std()
	}
	if err := reserve(a.Home.Function, f); err != nil {
		return err
	}
	scaleFunction(a.Home.Function, f)
	return a.Home.Function.Check()
}

func (a *Arrangement) completeFunction(f *v1alpha1.FunctionHome, spec *v1alpha1.ModelSpec) {
	if f.Memory == 0 {
		f.Memory = max(spec.Service.Memory, a.Offer.Hardware.Memory)
	}
	if len(f.ProvisionedSchedule) > 0 {
		least := v1alpha1.LeastScheduled(f.ProvisionedSchedule)
		f.ProvisionedConcurrency = &least
	}
	if f.ProvisionedConcurrency == nil {
		f.ProvisionedConcurrency = new(int)
	}
	if f.ConcurrencyLimit == 0 {
		f.ConcurrencyLimit = a.quota(spec)
	}
	if f.ProvisionedTracking != nil || len(f.ProvisionedSchedule) > 0 {
		a.assumeAllocation(f)
	}
	if idle := measuredIdle(spec, a.Offer.Hardware); f.IdleExpiry == nil && idle > 0 {
		f.IdleExpiry = &idle
	}
	if f.IdleExpiry == nil {
		modelfile.DefaultFunction(f)
		a.assume("idle environments live %s after their last request; the provider does not publish it", *f.IdleExpiry)
	}
}

// measuredIdle is how long idle environments were seen to live; 0 when it was not measured.
func measuredIdle(spec *v1alpha1.ModelSpec, hw catalog.Hardware) unit.Duration {
	for i := range spec.Service.Profiles {
		if p := &spec.Service.Profiles[i]; matches(p, hw) {
			return p.IdleExpiry
		}
	}
	return 0
}

// routing reads what the model file says.
func routing(name string) home.Routing {
	switch name {
	case v1alpha1.RoutingNewestCreated:
		return home.NewestCreated
	case v1alpha1.RoutingLongestIdle:
		return home.LongestIdle
	}
	return home.LastUsed
}
