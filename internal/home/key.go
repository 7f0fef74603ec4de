package home

import (
	"fmt"

	"fulcrum.dev/fulcrum/internal/random"
)

// Key describes the behaviour completely: two homes with the same key serve the
// same workload in the same way. The name is no part of it.
func (h Home) Key() string {
	key := fmt.Sprintf("%s scale %g concurrency %d by priority %t",
		distKey(h.Service.Duration), h.Service.Scale, h.Service.Concurrency, h.Service.ByPriority)
	if h.Service.PerInput > 0 {
		key += fmt.Sprintf(" per input %v", h.Service.PerInput)
	}
	key += pointed("batch", h.Service.Batch)
	switch {
	case h.Cluster != nil:
		c := *h.Cluster
		c.Autoscaler, c.NodeStartUp, c.PodStartUp, c.Nodes = nil, nil, nil, Nodes{}
		key += fmt.Sprintf(" cluster %+v node %s pod %s", c, distKey(h.Cluster.NodeStartUp), distKey(h.Cluster.PodStartUp))
		key += h.Cluster.Nodes.key()
		key += h.Cluster.Autoscaler.key()
	case h.Function != nil:
		f := *h.Function
		f.Init, f.Tracking = nil, nil
		key += fmt.Sprintf(" function %+v init %s", f, distKey(h.Function.Init)) + pointed("tracking", h.Function.Tracking)
	case h.Container != nil:
		c := *h.Container
		c.StartUp = nil
		key += fmt.Sprintf(" container %+v start %s", c, distKey(h.Container.StartUp))
	}
	return key
}

// key describes an autoscaler completely; nil is none.
func (a *Autoscaler) key() string {
	if a == nil {
		return ""
	}
	key := fmt.Sprintf(" autoscaler %+v target %g", a.Bounds, a.Target)
	if a.HPA != nil {
		h := *a.HPA
		h.Behavior = nil
		key += pointed("hpa", &h) + pointed("behavior", a.HPA.Behavior)
	}
	if a.KEDA != nil {
		k := *a.KEDA
		k.Behavior = nil
		key += pointed("keda", &k) + pointed("behavior", a.KEDA.Behavior)
	}
	return key + pointed("kpa", a.KPA) + pointed("predictive", a.Predictive) + pointed("spock", a.Spock) +
		pointed("cackle", a.Cackle) + pointed("mark", a.MArk) + pointed("libra", a.LIBRA)
}

// pointed prints what a pointer leads to, which %+v does only for the outermost; nothing where it is nil.
func pointed[T any](name string, p *T) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf(" %s %+v", name, *p)
}

// distKey prints a distribution, and those inside it, by type as well as by
// numbers, so that an exponential and a constant of one mean differ.
func distKey(d random.Dist) string {
	switch d := d.(type) {
	case random.Shifted:
		return fmt.Sprintf("%g + %s", d.By, distKey(d.Dist))
	case random.Bounded:
		return fmt.Sprintf("from %g to %g of %s", d.Low, d.High, distKey(d.Dist))
	}
	return fmt.Sprintf("%T%+v", d, d)
}
