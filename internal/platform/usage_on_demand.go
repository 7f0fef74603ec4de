package platform

import "fulcrum.dev/fulcrum/internal/catalog"

// OnDemandUsage is the part of a spot home's usage that its on-demand nodes make:
// it is priced by the offer of the same node on demand, and is no part of Usage.
func (a Arrangement) OnDemandUsage(onDemand catalog.Offer, m Metered) (catalog.Usage, error) {
	return onDemand.InstanceUsage(a.size, m.OnDemandNodeTime, 0)
}
