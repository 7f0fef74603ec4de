package plan

import (
	"fmt"
	"math"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/unit"
)

// family is one way to run an offer with a single number left open: replicas,
// minimum instances or provisioned environments. More of it never makes a home
// slower, which is what lets the smallest feasible number be bisected.
type family struct {
	offer   catalog.Offer
	variant string
	// with returns the settings for a number.
	with func(n int) v1alpha1.Home
	// least and most bound the number.
	least, most int
	// exact says that the user gave the number: nothing is searched.
	exact bool
	// elastic says that the number is only the least, and an autoscaler adds to it.
	elastic bool
	// ceiling is the autoscaler's greatest number of replicas where the user gave none.
	ceiling int
	// hint is where to begin the search for the number; 0 is nowhere in particular.
	hint int
	// floor is the least possible monthly cost; set by bound.
	floor unit.Money
}

// families lists the ways to run an offer under the settings that the user gave.
func families(spec *v1alpha1.ModelSpec, o catalog.Offer, s v1alpha1.Home, cat *catalog.Catalog) []*family {
	switch o.Kind {
	case catalog.KindNode:
		return clusterFamilies(spec, o, s)
	case catalog.KindFunction:
		return functionFamilies(spec, o, s)
	}
	return containerFamilies(spec, o, s, cat)
}

// searchLimit bounds the number where no quota does.
const searchLimit = 1000

func quotaOr(spec *v1alpha1.ModelSpec, o catalog.Offer) int {
	if n, ok := platform.Quota(spec, o); ok {
		return n
	}
	if o.Limits.Quota > 0 {
		return o.Limits.Quota
	}
	return searchLimit
}

func minReplicas(spec *v1alpha1.ModelSpec, least int) int {
	if spec.Constraints.MinReplicas != nil {
		return max(least, *spec.Constraints.MinReplicas)
	}
	return least
}

func clusterFamilies(spec *v1alpha1.ModelSpec, o catalog.Offer, s v1alpha1.Home) []*family {
	base := v1alpha1.ClusterHome{}
	if s.Cluster != nil {
		base = *s.Cluster
	}
	switch {
	case base.Autoscaler != nil:
		return []*family{clusterFamily(spec, o, s, base, base.Autoscaler)}
	case base.Replicas != nil:
		return []*family{clusterFamily(spec, o, s, base, nil)}
	}
	fixed := clusterFamily(spec, o, s, base, nil)
	if o.Commitment() {
		return []*family{fixed} // what is committed is paid for whether it runs or not
	}
	return []*family{fixed, clusterFamily(spec, o, s, base, &v1alpha1.Autoscaler{})}
}

func clusterFamily(spec *v1alpha1.ModelSpec, o catalog.Offer, s v1alpha1.Home, base v1alpha1.ClusterHome, scaler *v1alpha1.Autoscaler) *family {
	f := &family{offer: o, variant: "fixed", least: minReplicas(spec, 1), most: quotaOr(spec, o)}
	toZero := scaler != nil && scaler.ToZero()
	switch {
	case scaler != nil:
		f.variant, f.elastic = scaler.Kind(), true
	case len(base.Schedule) > 0:
		f.variant = "schedule"
	}
	if toZero {
		f.least = minReplicas(spec, 0)
	}
	switch {
	case base.Replicas != nil:
		f.fix(*base.Replicas)
	case scaler != nil && scaler.Min != nil:
		f.fix(max(1, *scaler.Min))
	case scaler == nil && len(base.Schedule) > 0:
		f.fix(max(1, v1alpha1.LeastScheduled(base.Schedule)))
	}
	f.with = func(n int) v1alpha1.Home {
		c, h := base, s
		c.Replicas = new(max(1, n))
		if scaler != nil {
			a := *scaler
			if toZero && !f.exact {
				a.Min = &n
			}
			if a.Max == 0 {
				a.Max = f.ceiling
			}
			c.Autoscaler = &a
		}
		h.Cluster = &c
		return h
	}
	return f
}

// fix gives the family the number that the user gave: nothing is searched.
func (f *family) fix(n int) { f.least, f.most, f.exact = n, n, true }

// functionMemories are the sizes tried above what the model needs: whole vCPUs of AWS Lambda.
var functionMemories = []unit.Memory{1769, 3538, 5307, 7076, 8845, 10240}

func functionFamilies(spec *v1alpha1.ModelSpec, o catalog.Offer, s v1alpha1.Home) []*family {
	base := v1alpha1.FunctionHome{}
	if s.Function != nil {
		base = *s.Function
	}
	memories := []unit.Memory{base.Memory}
	if base.Memory == 0 {
		need := max(spec.Service.Memory, o.Hardware.Memory)
		memories = []unit.Memory{need}
		for _, m := range functionMemories {
			if m > need && (o.Limits.MaxMemory == 0 || m <= o.Limits.MaxMemory) && float64(m) < (mostParallel(spec, o)+1)*float64(o.Hardware.MemoryPerVCPU) {
				memories = append(memories, m)
			}
		}
	}
	var list []*family
	for _, m := range memories {
		for _, snap := range snapStarts(spec, o, base) {
			list = append(list, functionFamily(spec, o, s, base, m, snap))
		}
	}
	return list
}

// mostParallel is how many vCPUs one request can use on the offer's CPU.
func mostParallel(spec *v1alpha1.ModelSpec, o catalog.Offer) float64 {
	for _, p := range spec.Service.Profiles {
		if p.CPU == o.Hardware.Arch {
			return math.Max(1, p.Parallelism)
		}
	}
	return 1
}

// snapStarts says whether to try a function with SnapStart, which excludes environments that are kept ready.
func snapStarts(spec *v1alpha1.ModelSpec, o catalog.Offer, base v1alpha1.FunctionHome) []bool {
	sold := false
	for _, r := range o.Rates {
		sold = sold || r.Meter == catalog.SnapshotRestores
	}
	switch {
	case base.SnapStart:
		return []bool{true}
	case !sold || base.ProvisionedConcurrency != nil || minReplicas(spec, 0) > 0:
		return []bool{false}
	}
	return []bool{false, true}
}

func functionFamily(spec *v1alpha1.ModelSpec, o catalog.Offer, s v1alpha1.Home, base v1alpha1.FunctionHome, memory unit.Memory, snap bool) *family {
	f := &family{offer: o, variant: memory.String(), least: minReplicas(spec, 0), most: environmentLimit(spec, o, base)}
	if snap { // SnapStart excludes provisioned concurrency
		f.variant += " snapstart"
		f.most = 0
	}
	if base.ProvisionedConcurrency != nil {
		f.fix(*base.ProvisionedConcurrency)
	}
	f.with = func(n int) v1alpha1.Home {
		c, h := base, s
		c.Memory, c.SnapStart, c.ProvisionedConcurrency = memory, snap, &n
		h.Function = &c
		return h
	}
	return f
}

// environmentLimit is how many environments a function may have at once: the part that is reserved for it, or what the
// others leave of the account's limit.
func environmentLimit(spec *v1alpha1.ModelSpec, o catalog.Offer, base v1alpha1.FunctionHome) int {
	limit := base.ConcurrencyLimit
	switch {
	case base.ReservedConcurrency > 0:
		return base.ReservedConcurrency
	case limit == 0:
		limit = quotaOr(spec, o)
	}
	return limit - base.OthersConcurrency
}

func containerFamilies(spec *v1alpha1.ModelSpec, o catalog.Offer, s v1alpha1.Home, cat *catalog.Catalog) []*family {
	base := v1alpha1.ContainerHome{}
	if s.Container != nil {
		base = *s.Container
	}
	var list []*family
	for _, concurrency := range concurrencies(spec, o, base, cat) {
		f := &family{
			offer: o, variant: fmt.Sprintf("concurrency %d", concurrency),
			least: minReplicas(spec, o.Billing.MinInstances), most: quotaOr(spec, o),
		}
		if base.MaxInstances > 0 {
			f.most = base.MaxInstances
		}
		if base.MinInstances != nil {
			f.fix(*base.MinInstances)
		}
		f.with = func(n int) v1alpha1.Home {
			c, h := base, s
			c.Concurrency, c.MinInstances = concurrency, &n
			h.Container = &c
			return h
		}
		list = append(list, f)
	}
	return list
}

// concurrencies are the requests per instance worth trying: what the profile
// allows and, as a fuller batch is cheaper but slower, a half and a quarter of it.
func concurrencies(spec *v1alpha1.ModelSpec, o catalog.Offer, base v1alpha1.ContainerHome, cat *catalog.Catalog) []int {
	if base.Concurrency > 0 {
		return []int{base.Concurrency}
	}
	fit, err := platform.FitService(spec, o.Hardware, cat, base.VCPU)
	if err != nil {
		return nil // the gate has refused it
	}
	full := fit.Service.Concurrency
	if limit := o.Limits.MaxConcurrency; limit > 0 {
		full = min(full, limit)
	}
	if fit.Service.Batch == nil || full < 4 {
		return []int{full}
	}
	return []int{full, full / 2, full / 4}
}
