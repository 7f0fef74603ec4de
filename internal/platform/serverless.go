package platform

import (
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
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

// quota is how many environments or instances may run at once.
func (a *Arrangement) quota(spec *v1alpha1.ModelSpec) int {
	if n, ok := Quota(spec, a.Offer); ok {
		return n
	}
	a.QuotaAssumed = assumedQuota
	if a.Offer.Limits.Quota > 0 {
		a.QuotaAssumed = a.Offer.Limits.Quota
		note := ""
		if a.Offer.Limits.QuotaNote != "" {
			note = " (" + a.Offer.Limits.QuotaNote + ")"
		}
		a.assume("the account's quota is the default of %d%s", a.Offer.Limits.Quota, note)
		return a.Offer.Limits.Quota
	}
	a.assume("a quota of %d is assumed for %s/%s; set spec.constraints.quotas", assumedQuota, a.Offer.Provider, a.Offer.Service)
	return assumedQuota
}

// assumedQuota bounds a platform whose quota is not known.
const assumedQuota = 1000

// Quota returns the user's own bound for an offer: by its id, its service, or its provider.
func Quota(spec *v1alpha1.ModelSpec, o catalog.Offer) (int, bool) {
	for _, key := range []string{o.ID, o.Provider + "/" + o.Service, o.Provider} {
		if n, ok := spec.Constraints.Quotas[key]; ok {
			return n, true
		}
	}
	return 0, false
}

func (a *Arrangement) buildContainer(spec *v1alpha1.ModelSpec, cat *catalog.Catalog) error {
	c := v1alpha1.ContainerHome{}
	if a.Settings.Container != nil {
		c = *a.Settings.Container
	}
	if err := a.fitContainer(&c, spec, cat); err != nil {
		return err
	}
	a.completeContainer(&c, spec)
	a.Settings.Container = &c
	a.Home.Service.Concurrency = c.Concurrency
	init, err := initDist(spec, a.Fit)
	if err != nil {
		return err
	}
	bill := a.Offer.Billing
	a.Home.Container = &Container{
		Min: *c.MinInstances, Max: c.MaxInstances,
		StartUp:      startUp(init, c.Boot.Std(), weightsTime(spec)),
		IdleHold:     c.IdleHold.Std(),
		QueueTimeout: c.QueueTimeout.Std(),
		Step:         bill.Step.Std(), Minimum: bill.Minimum.Std(), BootBilled: bill.Boot,
	}
	return nil
}

// fitContainer sizes the instance and fits the service to it.
func (a *Arrangement) fitContainer(c *v1alpha1.ContainerHome, spec *v1alpha1.ModelSpec, cat *catalog.Catalog) error {
	hw := a.Offer.Hardware
	fit, err := FitService(spec, hw, cat, 0)
	if err != nil {
		return err
	}
	if float64(fit.GPUs) > hw.GPUs {
		return fmt.Errorf("a replica needs %d GPUs, an instance has %g", fit.GPUs, hw.GPUs)
	}
	if a.Offer.Separate {
		if c.VCPU == 0 {
			c.VCPU = math.Max(hw.VCPU, fit.VCPU)
		}
		if c.Memory == 0 {
			c.Memory = max(hw.Memory, spec.Service.Memory)
		}
	} else if fit.VCPU > hw.VCPU || spec.Service.Memory > hw.Memory {
		return fmt.Errorf("a replica needs %g vCPU and %s, an instance has %g and %s", fit.VCPU, spec.Service.Memory, hw.VCPU, hw.Memory)
	}
	if a.size, err = a.Offer.Size(c.VCPU, c.Memory); err != nil {
		return err
	}
	c.VCPU, c.Memory = a.size.VCPU, a.size.Memory
	// The instance's vCPUs are shared by the requests that it serves at once.
	if fit, err = FitService(spec, hw, cat, c.VCPU/float64(fit.Service.Concurrency)); err != nil {
		return err
	}
	a.setService(spec, fit)
	return nil
}

func (a *Arrangement) completeContainer(c *v1alpha1.ContainerHome, spec *v1alpha1.ModelSpec) {
	bill := a.Offer.Billing
	if c.Concurrency == 0 {
		c.Concurrency = a.Fit.Service.Concurrency
	}
	c.Concurrency = min(c.Concurrency, a.Fit.Service.Concurrency)
	if limit := a.Offer.Limits.MaxConcurrency; limit > 0 {
		c.Concurrency = min(c.Concurrency, limit)
	}
	if c.MinInstances == nil {
		n := bill.MinInstances
		if spec.Constraints.MinReplicas != nil {
			n = max(n, *spec.Constraints.MinReplicas)
		}
		c.MinInstances = &n
	}
	if c.MaxInstances == 0 {
		c.MaxInstances = max(a.quota(spec), *c.MinInstances, 1)
	}
	if c.IdleHold == nil {
		c.IdleHold = &bill.IdleHold
	}
	if c.Boot == nil {
		c.Boot = &bill.BootTime
	}
	c.ApplyDefaults()
	for _, field := range bill.Assumed {
		a.assume("%s of %s/%s is assumed; no provider document gives it", field, a.Offer.Provider, a.Offer.Service)
	}
}
