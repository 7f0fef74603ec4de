package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
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
