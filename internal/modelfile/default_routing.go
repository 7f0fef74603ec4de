package modelfile

import (
	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const (
	defaultInFlightShare unit.Share = 1
	defaultLeave         unit.Share = 0.999
)

func defaultRouting(r *v1alpha1.Routing) {
	if r.Overflow != nil {
		DefaultOverflow(r.Overflow)
	}
}

// DefaultOverflow fills in the settings that are left out, also for a rule that no
// file describes. It is idempotent.
func DefaultOverflow(o *v1alpha1.Overflow) {
	if len(overflowThresholds(o)) == 0 {
		setPointer(&o.InFlightShare, defaultInFlightShare)
	}
	setPointer(&o.Leave, defaultLeave)
}
