package modelfile

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// The defaults of Retry.
const (
	defaultRetries               = 2
	defaultBackoff               = unit.Duration(time.Second)
	defaultMaxBackoff            = unit.Duration(20 * time.Second)
	defaultFactor                = 2.0
	defaultJitter     unit.Share = 1
)

func defaultCallers(c *v1alpha1.Callers) {
	if r := c.Retry; r != nil {
		setPointer(&r.Attempts, defaultRetries)
		setPointer(&r.Backoff, defaultBackoff)
		setDefault(&r.MaxBackoff, max(defaultMaxBackoff, *r.Backoff))
		setDefault(&r.Factor, defaultFactor)
		setPointer(&r.Jitter, defaultJitter)
	}
}
