package experiment

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

// arrangement is homes as they stand in spec.homes, and the rule between several.
type arrangement struct {
	change  string
	homes   []v1alpha1.Home
	routing *v1alpha1.Routing
}

// neighbours are the arrangements that differ from one in one setting of one home.
func neighbours(homes []v1alpha1.Home, routing *v1alpha1.Routing) []arrangement {
	var list []arrangement
	for i, h := range homes {
		for _, s := range steps(h) {
			changed := append([]v1alpha1.Home{}, homes...)
			changed[i] = s.home
			a := arrangement{change: s.change, homes: changed, routing: routing}
			if len(homes) > 1 {
				a.change = h.Offer + ": " + s.change
			}
			list = append(list, a)
		}
	}
	return list
}

// maxBases is about how many sizes of the base a pair of homes is tried with.
const maxBases = 12

// pairs are the hybrids of a cluster and a serverless home: the cluster with
// fixed replicas, from one node up to as many as it has alone, and the serverless home for what finds no free slot there,
// with its own warm minimum and with the least allowed.
func pairs(cluster, serverless v1alpha1.Home, minWarm int) []arrangement {
	base := clone(cluster)
	nodes, perNode := base.Cluster.Replicas, max(1, base.Cluster.ReplicasPerNode)
	n := *nodes
	if a := base.Cluster.Autoscaler; a != nil {
		n = max(n, a.Max)
	}
	base.Cluster.Autoscaler, base.Cluster.Schedule = nil, nil
	routing := &v1alpha1.Routing{Overflow: &v1alpha1.Overflow{}}
	modelfile.DefaultOverflow(routing.Overflow)
	var list []arrangement
	for _, overflow := range overflows(serverless, minWarm) {
		for _, k := range baseSizes((n + perNode - 1) / perNode) {
			h := clone(base)
			replicas := k * perNode
			h.Cluster.Replicas = &replicas
			list = append(list, arrangement{
				change: fmt.Sprintf("hybrid of %d x %s and %s, %d warm", replicas, base.Offer, overflow.Offer, warm(overflow)),
				homes:  []v1alpha1.Home{h, overflow}, routing: routing,
			})
		}
	}
	return list
}

// overflows are a serverless home as it is, and with the least warm.
func overflows(h v1alpha1.Home, minWarm int) []v1alpha1.Home {
	list := []v1alpha1.Home{h}
	if warm(h) <= minWarm {
		return list
	}
	less := clone(h)
	if less.Function != nil {
		less.Function.ProvisionedConcurrency = &minWarm
	} else {
		less.Container.MinInstances = &minWarm
	}
	return append(list, less)
}

// warm is the number of environments or instances that a serverless home keeps ready.
func warm(h v1alpha1.Home) int {
	if h.Function != nil {
		return *h.Function.ProvisionedConcurrency
	}
	return *h.Container.MinInstances
}

// baseSizes are numbers from 1 up to n, all of them or about maxBases that grow.
func baseSizes(n int) []int {
	var list []int
	for k := 1; k <= n; k += max(1, k*2/maxBases, n/(4*maxBases)) {
		list = append(list, k)
	}
	return list
}
