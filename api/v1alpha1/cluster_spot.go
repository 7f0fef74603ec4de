package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// SpotNodes says what happens to a home on interruptible capacity.
type SpotNodes struct {
	// Interruptions is how often the provider interrupts a node, such as 0.1/month. Default: the upper end of the band that the
	// catalogue has for the offer; an error if it has none.
	Interruptions unit.Rate `json:"interruptions,omitempty" check:"lte=1"`
	// Notice is the time from the provider's notice to the end of the node. Default: 2m on AWS, 30s elsewhere.
	Notice *unit.Duration `json:"notice,omitempty"`
	// Base is the number of on-demand nodes, which are not interrupted. Default: 0.
	Base int `json:"base,omitempty" check:"lte=1e6"`
	// Available is the mean time for which spot capacity stays available. Default: always.
	Available unit.Duration `json:"available,omitempty" check:"gt=0"`
	// Unavailable is the mean time for which it then is not.
	Unavailable unit.Duration `json:"unavailable,omitempty" check:"gt=0"`
	// Fallback requests an on-demand node when spot capacity does not come in time. Default: false.
	Fallback bool `json:"fallback,omitempty"`
	// FallbackAfter is how long to wait for it. Default: 15m with clusterAutoscaler (its provisionTimeout), else 0s.
	FallbackAfter *unit.Duration `json:"fallbackAfter,omitempty"`
	// Hedge keeps more spot replicas than asked for, and on-demand replicas in place of spot replicas that are not ready
	// (SpotHedge, EuroSys 2025). It replaces base and fallback, and needs nodes without an autoscaler. Default: none.
	Hedge *SpotHedge `json:"hedge,omitempty"`
	// Restart starts an interrupted request again at the home. Default: false, it goes back to its caller.
	Restart bool `json:"restart,omitempty"`
	// Checkpoint is how often a request saves its work for a restart. Default: never.
	Checkpoint unit.Duration `json:"checkpoint,omitempty" check:"gt=0"`
}

// SpotHedge says how many extra spot replicas there are.
type SpotHedge struct {
	// Extra is their number.
	Extra int `json:"extra" check:"lte=1e6"`
}
