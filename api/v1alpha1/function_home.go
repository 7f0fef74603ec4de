package v1alpha1

import (
	"time"

	"fulcrum.dev/fulcrum/internal/unit"
)

const defaultIdleExpiry = unit.Duration(300 * time.Second)

// FunctionHome is one request per environment.
type FunctionHome struct {
	// Memory is the configured memory, which also decides the vCPU share. Default: searched by plan, the service's memory in simulate.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// ProvisionedConcurrency is the number of environments always warm. Default: searched by plan, 0 in simulate.
	ProvisionedConcurrency *int `json:"provisionedConcurrency,omitempty" check:"lte=1e6"`
	// ConcurrencyLimit is the greatest number of environments at once. Default: the provider's quota.
	ConcurrencyLimit int `json:"concurrencyLimit,omitempty" check:"gte=1"`
	// IdleExpiry is how long an environment is kept after its last request. Default: 300s (not published; an assumption).
	IdleExpiry *unit.Duration `json:"idleExpiry,omitempty"`
	// SnapStart restores a snapshot instead of initialising. Default: false.
	SnapStart bool `json:"snapStart,omitempty"`
}

// ApplyDefaults fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func (f *FunctionHome) ApplyDefaults() { setPointer(&f.IdleExpiry, defaultIdleExpiry) }
