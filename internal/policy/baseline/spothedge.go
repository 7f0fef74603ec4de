package baseline

import "fmt"

// SpotHedge keeps more spot replicas than needed and bridges their loss with
// replicas on demand (Mao, Xia, Wu, Chiang, Griggs, Bhardwaj, Yang, Shenker and
// Stoica, "SkyServe: Serving AI Models across Regions and Clouds with Spot Instances",
// EuroSys 2025). Where the spot replicas are placed is not part of this decision.
type SpotHedge struct{ extra int }

// NewSpotHedge returns a planner with a number of spot replicas beyond the
// target. The error says that it is negative.
func NewSpotHedge(extra int) (*SpotHedge, error) {
	if extra < 0 {
		return nil, fmt.Errorf("%d extra spot replicas: expected 0 or more", extra)
	}
	return &SpotHedge{extra}, nil
}

// Replicas returns the spot and on-demand replicas to have for a target of both
// together, given the spot replicas that are ready now. On demand stands in for spot that
// is not ready, never beyond the target.
func (s *SpotHedge) Replicas(target, readySpot int) (spot, onDemand int) {
	spot = target + s.extra
	return spot, min(target, max(0, spot-readySpot))
}
