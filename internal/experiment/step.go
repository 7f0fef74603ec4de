package experiment

import (
	"fmt"
	"slices"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// step is one setting of a home moved by one step.
type step struct {
	// change says which, such as "idle hold 5m -> 2m30s".
	change string
	home   v1alpha1.Home
}

// steps are the neighbours of a home whose settings are complete, one setting
// and one step each. Whether they are allowed, and differ from each other, is for the caller to say.
func steps(h v1alpha1.Home) []step {
	var list stepList
	switch {
	case h.Cluster != nil && h.Cluster.Autoscaler != nil:
		list.autoscaler(h)
	case h.Cluster != nil && len(h.Cluster.Schedule) == 0:
		list.replicas(h)
	case h.Container != nil:
		list.container(h)
	case h.Function != nil:
		list.function(h)
	}
	return list
}

type stepList []step

// add appends a step, unless it leaves the setting as it is.
func (l *stepList) add(h v1alpha1.Home, setting string, from, to any, set func(*v1alpha1.Home)) {
	if from == to {
		return
	}
	changed := clone(h)
	set(&changed)
	*l = append(*l, step{change: fmt.Sprintf("%s %v -> %v", setting, from, to), home: changed})
}

// clone copies the parts of a home that steps change.
func clone(h v1alpha1.Home) v1alpha1.Home {
	if h.Cluster != nil {
		c := *h.Cluster
		if c.Autoscaler != nil {
			a := *c.Autoscaler
			a.Metrics = slices.Clone(a.Metrics)
			c.Autoscaler = &a
		}
		h.Cluster = &c
	}
	if h.Function != nil {
		f := *h.Function
		h.Function = &f
	}
	if h.Container != nil {
		c := *h.Container
		h.Container = &c
	}
	return h
}

// around are the numbers one step from n: one less and one more, and where it matters half and double, that are at least min.
func around(n, min int, wide bool) []int {
	list := []int{n - 1, n + 1}
	if wide {
		list = append(list, n/2, n*2)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(v int) bool { return v < min || v == n })
}
