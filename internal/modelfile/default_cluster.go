package modelfile

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const defaultImagePullRate unit.Bytes = 80e6

// DefaultCluster fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func DefaultCluster(c *v1alpha1.ClusterHome) {
	setDefault(&c.ImagePullRate, defaultImagePullRate)
	if c.Nodes != nil {
		defaultNodes(c.Nodes)
	}
	if c.Spot != nil {
		DefaultSpot(c.Spot, c.Nodes)
	}
	if len(c.Schedule) > 0 && c.Autoscaler == nil {
		setPointer(&c.Replicas, max(1, v1alpha1.LeastScheduled(c.Schedule)))
	}
	if c.Autoscaler == nil {
		return
	}
	defaultAutoscaler(c.Autoscaler)
	if c.Replicas != nil {
		setDefault(&c.Autoscaler.Max, max(leastAutoscalerMax, 4**c.Replicas))
	}
}

// NodeStartUpFor returns the time from asking for a node until it is ready:
// NodeStartUp where it is given, else the default for nodes with or without a GPU.
func NodeStartUpFor(c v1alpha1.ClusterHome, hasGPU bool) v1alpha1.DurationDistribution {
	own, ok := nodesStartUp(c.Nodes, hasGPU)
	switch {
	case c.NodeStartUp != nil:
		return *c.NodeStartUp
	case ok:
		return own
	case hasGPU:
		return constant(90 * time.Second)
	}
	return constant(60 * time.Second)
}

// The defaults of the Cluster Autoscaler (kubernetes/autoscaler:cluster-autoscaler/config/flags/flags.go) and of
// Karpenter (kubernetes-sigs/karpenter:pkg/apis/v1/nodepool.go, pkg/operator/options/options.go).
const (
	defaultScanInterval                    = unit.Duration(10 * time.Second)
	defaultUnneededTime                    = unit.Duration(10 * time.Minute)
	defaultDelayAfterAdd                   = unit.Duration(10 * time.Minute)
	defaultUtilizationThreshold unit.Share = 0.5
	defaultProvisionTimeout                = unit.Duration(15 * time.Minute)
	defaultBatchIdle                       = unit.Duration(time.Second)
	defaultBatchMax                        = unit.Duration(10 * time.Second)
	defaultBudget               unit.Share = 0.1
	defaultExpireAfter                     = unit.Duration(720 * time.Hour)
	whenEmptyOrUnderutilized               = "WhenEmptyOrUnderutilized"
	mostAllocated                          = "most-allocated"
)

// defaultNodes fills in the settings. It is idempotent.
func defaultNodes(n *v1alpha1.ClusterNodes) {
	setDefault(&n.Packing, mostAllocated)
	if a := n.ClusterAutoscaler; a != nil {
		setDefault(&a.ScanInterval, defaultScanInterval)
		setPointer(&a.UnneededTime, defaultUnneededTime)
		setPointer(&a.DelayAfterAdd, defaultDelayAfterAdd)
		setPointer(&a.UtilizationThreshold, defaultUtilizationThreshold)
		setDefault(&a.ProvisionTimeout, defaultProvisionTimeout)
	}
	if k := n.Karpenter; k != nil {
		setPointer(&k.BatchIdle, defaultBatchIdle)
		setPointer(&k.BatchMax, defaultBatchMax)
		setDefault(&k.Consolidation, whenEmptyOrUnderutilized)
		setPointer(&k.Budget, defaultBudget)
		setPointer(&k.ExpireAfter, defaultExpireAfter)
	}
}

// nodesStartUp returns the default time from asking for a node until it is ready, and
// whether the node autoscaler has one of its own: what is published for it, drawn uniformly.
func nodesStartUp(n *v1alpha1.ClusterNodes, hasGPU bool) (v1alpha1.DurationDistribution, bool) {
	switch {
	case n == nil:
		return v1alpha1.DurationDistribution{}, false
	case n.ClusterAutoscaler != nil:
		return between(120*time.Second, 300*time.Second), true
	case n.Karpenter != nil && hasGPU:
		return between(29*time.Second, 90*time.Second), true
	}
	return v1alpha1.DurationDistribution{}, false
}

// between is uniform from low to high.
func between(low, high time.Duration) v1alpha1.DurationDistribution {
	mean := (low + high) / 2
	return v1alpha1.DurationDistribution{Shape: "uniform", Mean: unit.Duration(mean), CV: float64(high-low) / math.Sqrt(12) / float64(mean)}
}

// The notices that providers give: 2 min of AWS (Spot Instance interruption notices), 30 s of Google Cloud (preemption of
// Spot VMs) and Azure (Scheduled Events of Spot VMs).
const (
	awsNotice   = unit.Duration(2 * time.Minute)
	otherNotice = unit.Duration(30 * time.Second)
)

// DefaultSpot fills in the settings that do not depend on the offer. It is idempotent.
func DefaultSpot(s *v1alpha1.SpotNodes, n *v1alpha1.ClusterNodes) {
	if n != nil && n.ClusterAutoscaler != nil {
		setPointer(&s.FallbackAfter, n.ClusterAutoscaler.ProvisionTimeout)
	}
	setPointer(&s.FallbackAfter, 0)
}

// NoticeOf returns the notice of a provider: Notice where it is given, else the default.
func NoticeOf(s v1alpha1.SpotNodes, provider string) unit.Duration {
	switch {
	case s.Notice != nil:
		return *s.Notice
	case provider == "aws":
		return awsNotice
	}
	return otherNotice
}
