package arrange

import (
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
)

// Usage turns what a home metered over a span into the offer's own meters, in
// integers of their base units. Egress is not among them: it depends on the payload.
func (a Arrangement) Usage(m home.Metered, span time.Duration) (catalog.Usage, error) {
	switch a.Offer.Kind {
	case catalog.KindNode:
		nodeTime := m.NodeTime
		if a.Offer.Commitment() { // what the peak needs is committed to, and paid for all the time
			nodeTime = m.PeakNodes * span.Milliseconds()
		}
		return a.Offer.InstanceUsage(a.size, nodeTime, 0)
	case catalog.KindFunction:
		return a.functionUsage(m, span)
	}
	u, err := a.containerUsage(m)
	if err == nil && a.Offer.Prices(catalog.Requests) {
		u[catalog.Requests] = m.Requests
	}
	return u, err
}

// containerUsage is the whole life of the instances where idle time is billed
// (apart from the active time where it has a price of its own), else the time with
// requests and the warm minimum beside it.
func (a Arrangement) containerUsage(m home.Metered) (catalog.Usage, error) {
	switch {
	case !a.Offer.Billing.Idle:
		return a.Offer.InstanceUsage(a.size, m.ActiveTime, m.IdleTime)
	case a.Offer.Prices(catalog.IdleVCPUTime):
		active := min(m.ActiveTime, m.InstanceTime)
		return a.Offer.InstanceUsage(a.size, active, m.InstanceTime-active)
	}
	return a.Offer.InstanceUsage(a.size, m.InstanceTime, 0)
}

func (a Arrangement) functionUsage(m home.Metered, span time.Duration) (catalog.Usage, error) {
	u := catalog.Usage{catalog.Requests: m.Requests}
	memory := int64(a.size.Memory)
	counts := map[catalog.Meter]int64{
		catalog.FunctionTime:       m.RunTime,
		catalog.ProvisionedTime:    m.HeldTime,
		catalog.ProvisionedRunTime: m.HeldRunTime,
	}
	if a.Settings.Function.SnapStart {
		counts[catalog.SnapshotRestores] = m.Restores
		counts[catalog.SnapshotCacheTime] = span.Milliseconds()
	}
	for meter, count := range counts {
		if count > math.MaxInt64/max(1, memory) {
			return nil, fmt.Errorf("the usage of %s overflows: %d of %s at %s", a.Offer.ID, count, meter, a.size.Memory)
		}
		u[meter] = memory * count
	}
	return u, nil
}

// OnDemandUsage is the part of a spot home's usage that its on-demand nodes make:
// it is priced by the offer of the same node on demand, and is no part of Usage.
func (a Arrangement) OnDemandUsage(onDemand catalog.Offer, m home.Metered) (catalog.Usage, error) {
	return onDemand.InstanceUsage(a.size, m.OnDemandNodeTime, 0)
}
