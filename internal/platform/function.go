package platform

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/random"
)

// Function is one request per environment.
type Function struct {
	// Limit is the greatest number of concurrent executions; a request above it is rejected.
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
	// Provisioned environments are always warm and take requests first.
	Provisioned int
	// Timeout stops a request; 0 is none.
	Timeout time.Duration
	// Step rounds billed time up.
	Step time.Duration
	// Snapshot says that Init is a restore, which is priced by itself and not billed as run time.
	Snapshot bool
}

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
	cold := startUp(init, weightsTime(spec))
	if f.SnapStart {
		cold = random.Constant(restoreBase + restorePerGiB*f.Memory.GiB())
		a.assume("SnapStart restores in %.1f s + %.1f s per GiB, from two published measurements", restoreBase, restorePerGiB)
	}
	a.Home.Function = &Function{
		Limit: f.ConcurrencyLimit, Burst: functionBurst, BurstPeriod: functionBurstPeriod,
		Init: cold, InitLimit: functionInitLimit, IdleExpiry: f.IdleExpiry.Std(),
		Provisioned: *f.ProvisionedConcurrency, Snapshot: f.SnapStart,
		Timeout: a.Offer.Limits.Timeout.Std(), Step: a.Offer.Billing.Step.Std(),
	}
	return nil
}

func (a *Arrangement) completeFunction(f *v1alpha1.FunctionHome, spec *v1alpha1.ModelSpec) {
	if f.Memory == 0 {
		f.Memory = max(spec.Service.Memory, a.Offer.Hardware.Memory)
	}
	if f.ProvisionedConcurrency == nil {
		f.ProvisionedConcurrency = new(int)
	}
	if f.ConcurrencyLimit == 0 {
		f.ConcurrencyLimit = a.quota(spec)
	}
	if f.IdleExpiry == nil {
		f.ApplyDefaults()
		a.assume("idle environments live %s after their last request; the provider does not publish it", *f.IdleExpiry)
	}
}
