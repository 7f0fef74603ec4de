package plan

import (
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/billing"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/simulate"
)

// bound sets the family's least possible monthly cost: its smallest number,
// every instance perfectly used and nothing spent on idling or starting.
func (e *evaluator) bound(f *family) error {
	n := f.min
	if !f.exact && f.offer.Kind == catalog.KindNode && !f.elastic {
		low, _, _, err := e.bracket(f)
		if err != nil {
			return err
		}
		n = low
	}
	a, err := arrange.Build(e.spec, f.offer, f.with(n), e.in.Catalog)
	if err != nil {
		return fmt.Errorf("%s: %w", f.offer.Key(), err)
	}
	m := e.metered(a, e.leastBusy(a))
	m.Requests = e.leastServed()
	bills, err := e.terms().Month([]billing.Use{{Arrangement: a, Metered: m, Served: m.Requests}}, e.traffic.Span.Std())
	if err != nil {
		return err
	}
	f.floor = bills[0].Total
	return nil
}

// leastServed is how many requests are answered at the least where the objectives are met.
func (e *evaluator) leastServed() int64 {
	return int64((1 - errorShare(e.spec)) * float64(e.traffic.Requests))
}

// leastBusy is how many replicas are busy on average at the least where the objectives are met.
func (e *evaluator) leastBusy(a arrange.Arrangement) float64 {
	return e.meanReplicas(a) * (1 - e.unmeteredShare())
}

// overload is the least share of the work that a floor leaves out, for service times that turn out shorter than their mean.
const overload = 0.05

// unmeteredShare is the share of the work that may cost nothing although the objectives are met: what fails, and what is
// still to be done at the end of the traffic, up to which capacity is metered. In short traffic the latter may be all.
func (e *evaluator) unmeteredShare() float64 {
	left := e.windowShare(e.maxStay())
	for _, o := range e.objs {
		if o.metric == simulate.Latency {
			left = min(left, o.share+e.windowShare(o.bound))
		}
	}
	return min(1, max(overload, errorShare(e.spec)+left))
}

// maxStay is how long a request can be inside before it fails.
func (e *evaluator) maxStay() time.Duration {
	opt := e.options()
	return time.Duration(max(1, opt.Retry.Attempts)) * (opt.Timeout + opt.Retry.MaxBackoff)
}

// windowShare is the greatest share of the requests that arrive within a time.
func (e *evaluator) windowShare(d time.Duration) float64 {
	span := max(e.traffic.Span.Std(), 1).Seconds()
	seconds := math.Ceil(d.Seconds()) * peak(e.traffic.PeakSecond)
	minutes := math.Ceil(d.Minutes()) * 60 * peak(e.traffic.PeakMinute)
	return min(1, seconds/span, minutes/span)
}

// metered is what a home meters that keeps a number of replicas busy on average, without idling or starting more than it must.
func (e *evaluator) metered(a arrange.Arrangement, replicas float64) home.Metered {
	span := e.traffic.Span.Std()
	busy := int64(replicas * float64(span.Milliseconds()))
	m := home.Metered{}
	switch {
	case a.Home.Cluster != nil:
		nodes, onDemand := sureNodes(a.Home.Cluster)
		m.NodeTime, m.OnDemandNodeTime = int64(nodes)*span.Milliseconds(), int64(onDemand)*span.Milliseconds()
		m.PeakNodes = int64(nodes + onDemand)
	case a.Home.Function != nil:
		m.HeldTime = int64(a.Home.Function.Provisioned) * span.Milliseconds()
		if m.HeldTime == 0 {
			m.RunTime = busy
		} else {
			m.HeldRunTime = busy
		}
	default:
		m.InstanceTime = max(busy, int64(a.Home.Container.Min)*span.Milliseconds())
		m.ActiveTime = busy
	}
	return m
}

// sureNodes are the nodes that a cluster has all the time at the least: for its replicas and the spare ones, as far as the
// quota goes. Those on demand in a pool on spot are apart. They are sure only where no node is ever taken away for want
// of use, because it could be one of them, and count as on spot otherwise; spot nodes are sure where their capacity is.
func sureNodes(c *home.Cluster) (nodes, onDemand int) {
	n := c.Nodes
	nodes = (c.Least()+c.ReplicasPerNode-1)/c.ReplicasPerNode + n.Spare
	if n.Max > 0 {
		nodes = min(nodes, n.Max)
	}
	if n.Spot == nil {
		return nodes, 0
	}
	if c.Autoscaler == nil && len(c.Schedule) == 0 && n.ClusterAutoscaler == nil && n.Karpenter == nil && !n.Spot.Hedged {
		onDemand = min(n.Spot.Base, nodes)
	}
	if n.Spot.Unavailable > 0 {
		return 0, onDemand
	}
	return nodes - onDemand, onDemand
}
