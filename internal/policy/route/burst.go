package route

import "time"

// Burst uses serverless only to bridge start-ups. A free slot of the cluster,
// home 0, takes the request. Without one, home 1 takes it while the cluster is
// scaling or has no ready slot; otherwise it waits at the cluster. It is the
// routing of Spock (see there). The zero value is ready.
//
// Nothing reaches a cluster without ready slots, so that one which scales to
// zero has to be scaled on the traffic of all homes.
type Burst struct{}

// Route returns 0, the cluster, or 1; 0 if there is no other home.
func (*Burst) Route(_ time.Duration, _ Request, homes []View) int {
	cluster := &homes[0]
	if len(homes) == 1 || cluster.free() {
		return 0
	}
	if cluster.Starting > 0 || cluster.Slots == 0 {
		return 1
	}
	return 0
}
