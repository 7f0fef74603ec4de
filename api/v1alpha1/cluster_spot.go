package v1alpha1

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// The notices that providers give: 2 min of AWS (Spot Instance interruption notices), 30 s of Google Cloud (preemption of
// Spot VMs) and Azure (Scheduled Events of Spot VMs).
const (
	awsNotice   = unit.Duration(2 * time.Minute)
	otherNotice = unit.Duration(30 * time.Second)
)

// SpotNodes is what happens to a home on interruptible capacity.
type SpotNodes struct {
	// Interruptions is how often the provider takes a node back, such as 0.1/month. Default: the upper end of the band that the
	// catalogue has for the offer, and an error where it has none.
	Interruptions unit.Rate `json:"interruptions,omitempty" check:"lte=1"`
	// Notice is the time from the provider's notice to the end of the node. Default: 2m on AWS, 30s elsewhere.
	Notice *unit.Duration `json:"notice,omitempty"`
	// Base is how many nodes are on demand, which are not interrupted. Default: 0.
	Base int `json:"base,omitempty" check:"lte=1e6"`
	// Available is the mean time for which spot capacity can be had at a stretch. Default: always.
	Available unit.Duration `json:"available,omitempty" check:"gt=0"`
	// Unavailable is the mean time for which it then cannot.
	Unavailable unit.Duration `json:"unavailable,omitempty" check:"gt=0"`
	// Fallback asks for a node on demand when spot capacity does not come in time. Default: false.
	Fallback bool `json:"fallback,omitempty"`
	// FallbackAfter is how long to wait for it. Default: 15m with clusterAutoscaler (its provisionTimeout), else 0s.
	FallbackAfter *unit.Duration `json:"fallbackAfter,omitempty"`
	// Hedge keeps more replicas on spot than are asked for, and replicas on demand in place of those on spot that are not ready
	// (SpotHedge, EuroSys 2025). It takes the place of base and fallback, and needs nodes without an autoscaler. Default: none.
	Hedge *SpotHedge `json:"hedge,omitempty"`
	// Restart starts a request that is broken off again at the home. Default: false, it goes back to its caller.
	Restart bool `json:"restart,omitempty"`
	// Checkpoint is how often a request that restarts has saved its work. Default: never.
	Checkpoint unit.Duration `json:"checkpoint,omitempty" check:"gt=0"`
}

// SpotHedge says how many replicas on spot there are beyond what is asked for.
type SpotHedge struct {
	// Extra is the number of them.
	Extra int `json:"extra" check:"lte=1e6"`
}

// ApplyDefaults fills in the settings that do not depend on the offer. It is idempotent.
func (s *SpotNodes) ApplyDefaults(n *ClusterNodes) {
	if n != nil && n.ClusterAutoscaler != nil {
		setPointer(&s.FallbackAfter, n.ClusterAutoscaler.ProvisionTimeout)
	}
	setPointer(&s.FallbackAfter, 0)
}

// NoticeOf returns the notice of a provider: Notice where it is given, else the default.
func (s SpotNodes) NoticeOf(provider string) unit.Duration {
	switch {
	case s.Notice != nil:
		return *s.Notice
	case provider == "aws":
		return awsNotice
	}
	return otherNotice
}

// validate checks what the rules of single fields cannot say.
func (s *SpotNodes) validate(r *report, path string, n *ClusterNodes) {
	if s.Hedge != nil {
		at := fieldPath(path, "hedge")
		switch {
		case s.Base > 0 || s.Fallback:
			r.reject(at, "takes the place of base and fallback: leave them out", fieldPath(path, "base"), fieldPath(path, "fallback"))
		case n != nil && (n.ClusterAutoscaler != nil || n.Karpenter != nil):
			r.reject(at, "needs nodes that come when they are asked for: leave clusterAutoscaler and karpenter out")
		}
	}
	if (s.Available > 0) != (s.Unavailable > 0) {
		r.reject(path, "expected both of available and unavailable, or neither: the mean times with and without spot capacity")
	}
	if s.Checkpoint > 0 && !s.Restart {
		r.reject(fieldPath(path, "checkpoint"), "needs restart: true, because a request that goes back to its caller begins anew", fieldPath(path, "restart"))
	}
}
