package v1alpha1

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

const (
	defaultIdleExpiry      = unit.Duration(300 * time.Second)
	defaultAllocationDelay = unit.Duration(2 * time.Minute)
)

// The ways to pick among idle environments, and to keep them.
const (
	RoutingLastUsed      = "last-used"
	RoutingNewestCreated = "newest-created"
	RoutingLongestIdle   = "longest-idle"
	KeepAliveWindow      = "window"
	KeepAliveHistogram   = "histogram"
)

// FunctionHome is one request per environment.
type FunctionHome struct {
	// Memory is the configured memory, which also decides the vCPU share. Default: searched by plan, the service's memory in simulate.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// ProvisionedConcurrency is the number of environments always warm. Default: searched by plan, 0 in simulate; with a
	// schedule, which decides instead, its least.
	ProvisionedConcurrency *int `json:"provisionedConcurrency,omitempty" check:"lte=1e6"`
	// ProvisionedSchedule sets the number of warm environments by the time of the week; with provisionedTracking, the least.
	ProvisionedSchedule []Scheduled `json:"provisionedSchedule,omitempty"`
	// ProvisionedTracking sizes them by their utilisation.
	ProvisionedTracking *TargetTracking `json:"provisionedTracking,omitempty"`
	// AllocationDelay is from asking for more warm environments until they are ready. Default: 2m (assumed: AWS says a minute or two).
	AllocationDelay *unit.Duration `json:"allocationDelay,omitempty"`
	// ConcurrencyLimit is the greatest number of environments at once, of all functions of the account. Default: the provider's quota.
	ConcurrencyLimit int `json:"concurrencyLimit,omitempty" check:"gte=1"`
	// ReservedConcurrency is a part of the limit for this function alone, and its own limit. Default: none.
	ReservedConcurrency int `json:"reservedConcurrency,omitempty" check:"gte=1"`
	// OthersConcurrency is what other functions have reserved, or use, of the account's limit. Default: 0.
	OthersConcurrency int `json:"othersConcurrency,omitempty" check:"lte=1e6"`
	// IdleExpiry is how long an environment is kept after its last request. Default: 300s (not published; an assumption).
	IdleExpiry *unit.Duration `json:"idleExpiry,omitempty"`
	// IdleExpiryMax makes that time uniform between idleExpiry and this, drawn for each idle time of each environment. Default: it is fixed.
	IdleExpiryMax *unit.Duration `json:"idleExpiryMax,omitempty"`
	// KeepAlive is window, or histogram: what was learnt of the function's idle times decides when environments are unloaded and
	// loaded again, and idleExpiry only while that is too little. Default: window.
	KeepAlive string `json:"keepAlive,omitempty" check:"oneof=window histogram"`
	// Routing picks among idle environments: last-used, newest-created or longest-idle. Default: last-used (assumed).
	Routing string `json:"routing,omitempty" check:"oneof=last-used newest-created longest-idle"`
	// SnapStart restores a snapshot instead of initialising. Default: false.
	SnapStart bool `json:"snapStart,omitempty"`
}

// ApplyDefaults fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func (f *FunctionHome) ApplyDefaults() {
	setPointer(&f.IdleExpiry, defaultIdleExpiry)
	if f.ProvisionedTracking != nil {
		f.ProvisionedTracking.applyDefaults()
	}
	if len(f.ProvisionedSchedule) > 0 {
		setPointer(&f.ProvisionedConcurrency, LeastScheduled(f.ProvisionedSchedule))
	}
	if f.ProvisionedTracking != nil || len(f.ProvisionedSchedule) > 0 {
		setPointer(&f.AllocationDelay, defaultAllocationDelay)
	}
}

// limit is the function's own limit as far as the file gives it, and where; 0 is none.
func (f *FunctionHome) limit(path string) (int, string) {
	if f.ReservedConcurrency > 0 {
		return f.ReservedConcurrency, fieldPath(path, "reservedConcurrency")
	}
	return max(0, f.ConcurrencyLimit-f.OthersConcurrency), fieldPath(path, "concurrencyLimit")
}

func (f *FunctionHome) validate(r *report, path string, least int) {
	provisioned, at := 0, fieldPath(path, "provisionedConcurrency")
	if f.ProvisionedConcurrency != nil {
		provisioned = *f.ProvisionedConcurrency
	}
	warm := provisioned > 0 || f.ProvisionedTracking != nil || len(f.ProvisionedSchedule) > 0
	if warm && f.SnapStart {
		r.reject(fieldPath(path, "snapStart"),
			"contradicts provisionedConcurrency: the platform offers one or the other for a function, so leave one out", at)
	}
	limit, limitPath := f.limit(path)
	rejectBelow(r, limitPath, limit, provisioned, "provisionedConcurrency", at)
	rejectBelow(r, limitPath, limit, least, minReplicasPath, minReplicasPath)
	validateSchedule(r, fieldPath(path, "provisionedSchedule"), f.ProvisionedSchedule, limit, limitPath)
	if f.ProvisionedTracking != nil {
		f.ProvisionedTracking.validate(r, fieldPath(path, "provisionedTracking"), f, path)
	}
	f.validateShared(r, path)
	f.validateKeepAlive(r, path)
}

func (f *FunctionHome) validateShared(r *report, path string) {
	others, reserved := fieldPath(path, "othersConcurrency"), fieldPath(path, "reservedConcurrency")
	if f.OthersConcurrency > 0 && f.ReservedConcurrency > 0 {
		r.reject(others, "contradicts reservedConcurrency: others cannot take what is reserved, so leave one out", reserved)
	}
	if f.ConcurrencyLimit > 0 && f.OthersConcurrency >= f.ConcurrencyLimit {
		r.reject(others, fmt.Sprintf("expected less than concurrencyLimit, %d, got %d", f.ConcurrencyLimit, f.OthersConcurrency),
			fieldPath(path, "concurrencyLimit"))
	}
}

func (f *FunctionHome) validateKeepAlive(r *report, path string) {
	if f.IdleExpiryMax == nil {
		return
	}
	at, least := fieldPath(path, "idleExpiryMax"), defaultIdleExpiry
	if f.IdleExpiry != nil {
		least = *f.IdleExpiry
	}
	if *f.IdleExpiryMax < least {
		r.reject(at, fmt.Sprintf("expected at least idleExpiry, %s, got %s", least, *f.IdleExpiryMax), fieldPath(path, "idleExpiry"))
	}
	if f.KeepAlive == KeepAliveHistogram {
		r.reject(at, "contradicts keepAlive histogram, which decides how long environments live: leave one out", fieldPath(path, "keepAlive"))
	}
}
