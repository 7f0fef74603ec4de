package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/node"
)

// nodeAutoscaler runs a node autoscaler in simulated time.
type nodeAutoscaler struct {
	cluster        *node.ClusterAutoscaler
	clusterState   node.ClusterAutoscalerState
	karpenter      *node.Karpenter
	karpenterState node.KarpenterState
	due            int64       // when it looks next, or never
	seen           []node.View // scratch
	places         []int32     // scratch: where the nodes seen stand in the list
}

func newNodeAutoscaler(n home.Nodes) *nodeAutoscaler {
	if n.ClusterAutoscaler == nil && n.Karpenter == nil {
		return nil
	}
	return &nodeAutoscaler{cluster: n.ClusterAutoscaler, karpenter: n.Karpenter, due: never}
}

func (a *nodeAutoscaler) decide(p node.Pool, now time.Duration) node.Decision {
	if a.cluster != nil {
		return a.cluster.Decide(&a.clusterState, p, now)
	}
	return a.karpenter.Decide(&a.karpenterState, p, now)
}

// look has the autoscaler decide at a time, or before it.
func (c *cluster) look(at int64) {
	if c.autoscaler == nil || c.autoscaler.due <= at {
		return
	}
	c.autoscaler.due = at
	c.events.push(at, event{kind: nodeLook})
}

// decide lets the autoscaler see the nodes, and does what it says.
func (c *cluster) decide(now int64) {
	a := c.autoscaler
	if a.due != now {
		return // it has looked since the event was set
	}
	a.due = never
	d := a.decide(c.nodePool(now), time.Duration(now))
	for range d.Add {
		c.ask(now, false)
	}
	c.schedule(now)
	for _, k := range d.Remove {
		c.evict(a.places[k], now, false)
	}
	c.look(int64(d.Next))
}

// nodePool is what the autoscaler sees.
func (c *cluster) nodePool(now int64) node.Pool {
	a := c.autoscaler
	a.seen, a.places = a.seen[:0], a.places[:0]
	for i := range c.nodes.list {
		n := &c.nodes.list[i]
		if !n.used {
			continue
		}
		a.places = append(a.places, int32(i))
		a.seen = append(a.seen, node.View{
			ID: n.id, Pods: n.replicas, Ready: n.readyAt <= now, Leaving: n.leaving,
			Asked: time.Duration(n.asked), Changed: time.Duration(n.changed),
		})
	}
	return node.Pool{
		Nodes: a.seen, Pending: len(c.pending), PerNode: c.nodes.perNode, Max: c.Nodes.Max, Spare: c.Nodes.Spare,
	}
}
