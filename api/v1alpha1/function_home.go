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
	// ProvisionedSchedule sets the number of warm environments by the time of the week; with provisionedTracking, the minimum.
	ProvisionedSchedule []Scheduled `json:"provisionedSchedule,omitempty"`
	// ProvisionedTracking sizes them by their utilisation.
	ProvisionedTracking *TargetTracking `json:"provisionedTracking,omitempty"`
	// AllocationDelay is the time from requesting more warm environments until they are ready. Default: 2m (assumed: AWS says a minute or two).
	AllocationDelay *unit.Duration `json:"allocationDelay,omitempty"`
	// ConcurrencyLimit is the maximum number of environments at once, over all functions of the account. Default: the provider's quota.
	ConcurrencyLimit int `json:"concurrencyLimit,omitempty" check:"gte=1"`
	// ReservedConcurrency is a part of the limit for this function alone, and its own limit. Default: none.
	ReservedConcurrency int `json:"reservedConcurrency,omitempty" check:"gte=1"`
	// OthersConcurrency is the part of the account's limit that other functions reserve or use. Default: 0.
	OthersConcurrency int `json:"othersConcurrency,omitempty" check:"lte=1e6"`
	// IdleExpiry is how long an environment is kept after its last request. Default: 300s (not published; an assumption).
	IdleExpiry *unit.Duration `json:"idleExpiry,omitempty"`
	// IdleExpiryMax draws that time uniformly between idleExpiry and this, for each idle period of each environment. Default: it is fixed.
	IdleExpiryMax *unit.Duration `json:"idleExpiryMax,omitempty"`
	// KeepAlive is window or histogram. With histogram, the function's past idle times decide when environments are unloaded and
	// loaded again; idleExpiry applies until there are enough of them. Default: window.
	KeepAlive string `json:"keepAlive,omitempty" check:"oneof=window histogram"`
	// Routing picks among idle environments: last-used, newest-created or longest-idle. Default: last-used (assumed).
	Routing string `json:"routing,omitempty" check:"oneof=last-used newest-created longest-idle"`
	// SnapStart restores a snapshot instead of initialising an environment. Default: false.
	SnapStart bool `json:"snapStart,omitempty"`
}
