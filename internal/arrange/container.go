package arrange

import (
	"fmt"
	"math"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

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
	k := &home.Container{
		Min: *c.MinInstances, Max: c.MaxInstances,
		StartUp:      startUp(init, c.Boot.Std(), weightsTime(spec, a.Fit)),
		IdleHold:     c.IdleHold.Std(),
		QueueTimeout: c.QueueTimeout.Std(), QueueLength: c.QueueLength,
		Schedule: schedule(c.MinSchedule, 0), StartsAtOnce: c.StartsAtOnce, CancelSurplus: c.CancelSurplus,
		Step: bill.Step.Std(), Minimum: bill.Minimum.Std(), BootBilled: bill.Boot,
	}
	if c.StartRate != nil {
		k.Burst, k.BurstPeriod = c.StartRate.Instances, c.StartRate.Period.Std()
	}
	a.Home.Container = k
	return k.Check()
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
	if len(c.MinSchedule) > 0 {
		n := v1alpha1.LeastScheduled(c.MinSchedule)
		c.MinInstances = &n
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
	if c.IdleHold == nil && a.Fit.IdleHold > 0 {
		measured := unit.Duration(a.Fit.IdleHold)
		c.IdleHold = &measured
	}
	known := map[string]bool{"idleHold": c.IdleHold != nil, "bootTime": c.Boot != nil} // better than the catalogue does
	if c.IdleHold == nil {
		c.IdleHold = &bill.IdleHold
	}
	if c.Boot == nil {
		c.Boot = &bill.BootTime
	}
	modelfile.DefaultContainer(c)
	for _, field := range bill.Assumed {
		if known[field] {
			continue
		}
		a.assume("%s of %s/%s is assumed; no provider document gives it", field, a.Offer.Provider, a.Offer.Service)
	}
}
