package plan_test

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/plan"
)

// neighbours are the homes of an arrangement with one setting of one of them changed by a single step, worked out from
// the settings that the plan prints.
func neighbours(c *plan.Candidate) [][]v1alpha1.Home {
	homes := []v1alpha1.Home{c.Settings}
	if len(c.Parts) > 0 {
		homes = []v1alpha1.Home{c.Parts[0].Settings, c.Parts[1].Settings}
	}
	var list [][]v1alpha1.Home
	for i, h := range homes {
		for _, other := range homeNeighbours(h, c, len(homes) > 1) {
			changed := append([]v1alpha1.Home(nil), homes...)
			changed[i] = other
			list = append(list, changed)
		}
	}
	return list
}

func homeNeighbours(h v1alpha1.Home, c *plan.Candidate, hybrid bool) []v1alpha1.Home {
	switch {
	case h.Cluster != nil && h.Cluster.Autoscaler != nil:
		return scaledNeighbours(h, c.Outcome.MeanLive)
	case h.Cluster != nil:
		return fixedNeighbours(h, hybrid)
	case h.Function != nil:
		return functionNeighbours(h)
	}
	return containerNeighbours(h)
}

func fixedNeighbours(h v1alpha1.Home, hybrid bool) []v1alpha1.Home {
	n, step := *h.Cluster.Replicas, 1
	if hybrid {
		step = h.Cluster.ReplicasPerNode
	}
	var list []v1alpha1.Home
	for _, m := range []int{n - step, n + step} {
		list = append(list, cluster(h, func(k *v1alpha1.ClusterHome) { k.Replicas = &m }))
	}
	if hybrid || n < 2 {
		return list
	}
	fewer := n - 1
	return append(list, cluster(h, func(k *v1alpha1.ClusterHome) {
		k.Replicas, k.Autoscaler = &fewer, &v1alpha1.Autoscaler{Max: n}
	}))
}

func scaledNeighbours(h v1alpha1.Home, mean float64) []v1alpha1.Home {
	var list []v1alpha1.Home
	for _, step := range []int{-1, 1} {
		low, high := *h.Cluster.Replicas+step, h.Cluster.Autoscaler.Max+step
		target := h.Cluster.Autoscaler.TargetConcurrency * math.Pow(1.25, float64(step))
		digits := math.Pow(10, 2-math.Floor(math.Log10(target)))
		target = math.Round(target*digits) / digits
		list = append(list, cluster(h, func(k *v1alpha1.ClusterHome) { k.Replicas = &low }),
			cluster(h, func(k *v1alpha1.ClusterHome) { k.Autoscaler.Max = high }),
			cluster(h, func(k *v1alpha1.ClusterHome) { k.Autoscaler.TargetConcurrency = target }))
	}
	fixed := int(mean)
	return append(list, cluster(h, func(k *v1alpha1.ClusterHome) { k.Replicas, k.Autoscaler = &fixed, nil }))
}

func cluster(h v1alpha1.Home, set func(*v1alpha1.ClusterHome)) v1alpha1.Home {
	k := *h.Cluster
	if k.Autoscaler != nil {
		a := *k.Autoscaler
		k.Autoscaler = &a
	}
	set(&k)
	h.Cluster = &k
	return h
}

func functionNeighbours(h v1alpha1.Home) []v1alpha1.Home {
	var list []v1alpha1.Home
	add := func(set func(*v1alpha1.FunctionHome)) {
		f := *h.Function
		set(&f)
		other := h
		other.Function = &f
		list = append(list, other)
	}
	for _, memory := range []unit.Memory{1769, 3538, 5307, h.Function.Memory - 128, h.Function.Memory + 128} {
		if memory != h.Function.Memory && memory >= 1024 {
			add(func(f *v1alpha1.FunctionHome) { f.Memory = memory })
		}
	}
	for _, n := range []int{*h.Function.ProvisionedConcurrency - 1, *h.Function.ProvisionedConcurrency + 1} {
		if !h.Function.SnapStart {
			add(func(f *v1alpha1.FunctionHome) { f.ProvisionedConcurrency = &n })
		}
	}
	add(func(f *v1alpha1.FunctionHome) { f.SnapStart, f.ProvisionedConcurrency = !f.SnapStart, new(int) })
	return list
}

// sold are the times that acme lets customers set, at the steps that are tried.
var sold = map[string][]time.Duration{
	"acme/containers/instance": {2e9, 5e9, 10e9, 30e9, 60e9, 120e9, 300e9, 600e9, 900e9, 1200e9},
	"acme/containers/gpu":      {0, 2e9, 5e9, 10e9, 30e9, 60e9, 120e9, 300e9, 600e9, 900e9, 1200e9, 3600e9},
}

func containerNeighbours(h v1alpha1.Home) []v1alpha1.Home {
	var list []v1alpha1.Home
	add := func(set func(*v1alpha1.ContainerHome)) {
		k := *h.Container
		set(&k)
		other := h
		other.Container = &k
		list = append(list, other)
	}
	k := h.Container
	for _, step := range []int{-1, 1} {
		low, high := *k.MinInstances+step, k.MaxInstances+step
		add(func(k *v1alpha1.ContainerHome) { k.MinInstances = &low })
		add(func(k *v1alpha1.ContainerHome) { k.MaxInstances = high })
	}
	for _, n := range []int{k.Concurrency - 1, k.Concurrency + 1, k.Concurrency / 2, k.Concurrency * 2} {
		add(func(k *v1alpha1.ContainerHome) { k.Concurrency = n })
	}
	for i, hold := range sold[h.Offer] {
		at := k.IdleHold.Std()
		if i > 0 && hold == at {
			below := unit.Duration(sold[h.Offer][i-1])
			add(func(k *v1alpha1.ContainerHome) { k.IdleHold = &below })
		}
		if i > 0 && sold[h.Offer][i-1] == at {
			above := unit.Duration(hold)
			add(func(k *v1alpha1.ContainerHome) { k.IdleHold = &above })
		}
	}
	return list
}
