package v1alpha1

import (
	"time"

	"fulcrum.dev/fulcrum/internal/unit"
)

const defaultQueueTimeout = unit.Duration(300 * time.Second)

// ContainerHome is several requests per instance.
type ContainerHome struct {
	// Concurrency is the number of requests that one instance takes at once. Default: what the profile allows.
	Concurrency int `json:"concurrency,omitempty" check:"gte=1"`
	// VCPU per instance, where the offer sells it separately. Default: the least that the offer allows.
	VCPU float64 `json:"vcpu,omitempty" check:"gt=0"`
	// Memory per instance, where the offer sells it separately. Default: what the service needs, at least what the offer asks.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// MinInstances are always warm. Default: searched by plan, 0 in simulate.
	MinInstances *int `json:"minInstances,omitempty" check:"lte=1e6"`
	// MaxInstances bounds the instances. Default: the provider's quota.
	MaxInstances int `json:"maxInstances,omitempty" check:"gte=1"`
	// IdleHold is how long an idle instance is kept, and billed. Default: the offer's.
	IdleHold *unit.Duration `json:"idleHold,omitempty"`
	// QueueTimeout is how long a request waits for an instance. Default: 300s.
	QueueTimeout *unit.Duration `json:"queueTimeout,omitempty"`
	// Boot is the platform's own start-up before the container runs. Default: the offer's.
	Boot *unit.Duration `json:"boot,omitempty"`
}

// ApplyDefaults fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func (c *ContainerHome) ApplyDefaults() { setPointer(&c.QueueTimeout, defaultQueueTimeout) }
