package plan

import (
	"fmt"
	"math"
	"slices"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// family is one way to run an offer with a single number left open: replicas,
// minimum instances or provisioned environments. More of it never makes a home
// slower, which is what lets the smallest feasible number be bisected.
type family struct {
	offer   catalog.Offer
	variant string
	// with returns the settings for a number.
	with func(n int) v1alpha1.Home
	// given are the settings that the user gave, which stay.
	given v1alpha1.Home
	// min and max bound the number.
	min, max int
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

const (
	// searchLimit bounds the number of a cluster's replicas where no quota does.
	searchLimit = 100_000
	// assumedLimit is that of instances and environments, the quota that platform assumes for them.
	assumedLimit = 1000
)

func quotaOr(spec *v1alpha1.ModelSpec, o catalog.Offer) int {
	if n, ok := arrange.Quota(spec, o); ok {
		return n
	}
	if o.Limits.Quota > 0 {
		return o.Limits.Quota
	}
	if o.Kind == catalog.KindNode {
		return searchLimit
	}
	return assumedLimit
}

func minReplicas(spec *v1alpha1.ModelSpec, low int) int {
	if spec.Constraints.MinReplicas != nil {
		return max(low, *spec.Constraints.MinReplicas)
	}
	return low
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
	f := &family{offer: o, given: s, variant: "fixed", min: minReplicas(spec, 1), max: quotaOr(spec, o)}
	toZero := scaler != nil && scaler.ToZero()
	switch {
	case scaler != nil:
		f.variant, f.elastic = scaler.Kind(), true
		if scaler.Max > 0 {
			f.max = min(f.max, scaler.Max)
		}
	case len(base.Schedule) > 0:
		f.variant = "schedule"
	}
	if toZero {
		f.min = minReplicas(spec, 0)
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
func (f *family) fix(n int) { f.min, f.max, f.exact = n, n, true }

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

func functionVariant(memory unit.Memory, snap bool) string {
	if snap {
		return memory.String() + " snapstart"
	}
	return memory.String()
}

func sellsSnapStart(o catalog.Offer) bool {
	return slices.ContainsFunc(o.Rates, func(r catalog.Rate) bool { return r.Meter == catalog.SnapshotRestores })
}

// sellsProvisioned reports whether environments can be kept ready for a price.
func sellsProvisioned(o catalog.Offer) bool {
	_, included := o.Included[catalog.ProvisionedRunTime]
	return included || slices.ContainsFunc(o.Rates, func(r catalog.Rate) bool { return r.Meter == catalog.ProvisionedRunTime })
}

// snapStarts says whether to try a function with SnapStart, which excludes environments that are kept ready.
func snapStarts(spec *v1alpha1.ModelSpec, o catalog.Offer, base v1alpha1.FunctionHome) []bool {
	sold := sellsSnapStart(o)
	switch {
	case base.SnapStart:
		return []bool{true}
	case !sold || base.ProvisionedConcurrency != nil || base.ProvisionedTracking != nil || len(base.ProvisionedSchedule) > 0 || minReplicas(spec, 0) > 0:
		return []bool{false}
	}
	return []bool{false, true}
}

func functionFamily(spec *v1alpha1.ModelSpec, o catalog.Offer, s v1alpha1.Home, base v1alpha1.FunctionHome, memory unit.Memory, snap bool) *family {
	f := &family{offer: o, given: s, variant: functionVariant(memory, snap), min: minReplicas(spec, 0), max: environmentLimit(spec, o, base)}
	if snap || !sellsProvisioned(o) { // SnapStart excludes provisioned concurrency
		f.max = 0
	}
	if t := base.ProvisionedTracking; t != nil && t.Max > 0 {
		f.max = min(f.max, t.Max)
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
			offer: o, given: s, variant: fmt.Sprintf("concurrency %d", concurrency),
			min: minReplicas(spec, o.Billing.MinInstances), max: quotaOr(spec, o),
		}
		if base.MaxInstances > 0 {
			f.max = base.MaxInstances
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
	fit, err := arrange.FitService(spec, o.Hardware, cat, base.VCPU)
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
