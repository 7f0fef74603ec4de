package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
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
