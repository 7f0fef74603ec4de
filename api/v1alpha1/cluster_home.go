package v1alpha1

import (
	"time"

	"fulcrum.dev/fulcrum/internal/unit"
)

// The defaults of the autoscaler are the ones of Kubernetes
// (kubernetes/kubernetes:pkg/apis/autoscaling/v2/defaults.go).
const (
	defaultImagePullRate     unit.Bytes = 80e6
	defaultSyncPeriod                   = unit.Duration(15 * time.Second)
	defaultMetricLag                    = unit.Duration(15 * time.Second)
	defaultTolerance         unit.Share = 0.1
	defaultDownStabilization            = unit.Duration(300 * time.Second)
	leastAutoscalerMax                  = 10
)

// ClusterHome is replicas on nodes.
type ClusterHome struct {
	// Replicas is the fixed number of replicas, or the least with an autoscaler. Default: searched by plan, 1 in simulate.
	Replicas *int `json:"replicas,omitempty" check:"gte=1,lte=1e6"`
	// Autoscaler scales the replicas; without it their number is fixed.
	Autoscaler *Autoscaler `json:"autoscaler,omitempty"`
	// ReplicasPerNode bounds how many replicas share a node. Default: as many as its GPUs, vCPUs and memory allow.
	ReplicasPerNode int `json:"replicasPerNode,omitempty" check:"gte=1"`
	// ReplicasPerGPU is how many replicas share a GPU, by MIG or by time slicing; the profile must have been measured so.
	// Default: 1.
	ReplicasPerGPU int `json:"replicasPerGPU,omitempty" check:"gte=1,lte=64"`
	// Nodes is how nodes come and go.
	Nodes *ClusterNodes `json:"nodes,omitempty"`
	// Spot is what happens on interruptible nodes; only for price class spot. Default: {} where the catalogue knows how often
	// they are interrupted; else they are not, and a warning says so.
	Spot *SpotNodes `json:"spot,omitempty"`
	// NodeStartUp is the time from asking for a node until it is ready. Default, by node (see NodeStartUpFor): 90s with a
	// GPU, 60s without; with clusterAutoscaler 120s to 300s, with karpenter and a GPU 29s to 90s.
	NodeStartUp *DurationDistribution `json:"nodeStartUp,omitempty"`
	// ImagePullRate is how fast a node pulls an image, per second. Default: 80MB.
	ImagePullRate unit.Bytes `json:"imagePullRate,omitempty" check:"gt=0"`
	// QueueLength is how many requests may wait before the replicas; more are refused. Default: no bound.
	QueueLength *int `json:"queueLength,omitempty" check:"lte=1e9"`
	// QueueTimeout is how long a request may wait there before it times out. Default: as long as its caller waits.
	QueueTimeout unit.Duration `json:"queueTimeout,omitempty" check:"gt=0"`
	// NodeIdle is how long an empty node is kept where no node autoscaler decides. Default: 0s.
	NodeIdle unit.Duration `json:"nodeIdle,omitempty"`
}

// Autoscaler is a Kubernetes HorizontalPodAutoscaler.
type Autoscaler struct {
	// Max is the greatest number of replicas. Default: 4 x replicas, at least 10; where plan searches replicas, it sets both.
	Max int `json:"max,omitempty" check:"gte=1,lte=1e7"`
	// TargetConcurrency is the number of requests in flight per replica, queued ones included, that the HPA aims at.
	// Default: 70 % of the concurrency that the profile allows.
	TargetConcurrency float64 `json:"targetConcurrency,omitempty" check:"gt=0"`
	// SyncPeriod is how often it decides. Default: 15s.
	SyncPeriod unit.Duration `json:"syncPeriod,omitempty" check:"gt=0"`
	// MetricLag is the age of the metric that it sees. Default: 15s.
	MetricLag *unit.Duration `json:"metricLag,omitempty"`
	// Tolerance is the deviation of the ratio from 1 that it ignores. Default: 10%.
	Tolerance *unit.Share `json:"tolerance,omitempty"`
	// DownStabilization is the window whose highest recommendation bounds a scale-down. Default: 300s.
	DownStabilization *unit.Duration `json:"downStabilization,omitempty"`
	// UpStabilization is the window whose lowest recommendation bounds a scale-up. Default: 0s.
	UpStabilization *unit.Duration `json:"upStabilization,omitempty"`
}

// ApplyDefaults fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func (c *ClusterHome) ApplyDefaults() {
	setDefault(&c.ImagePullRate, defaultImagePullRate)
	if c.Nodes != nil {
		c.Nodes.ApplyDefaults()
	}
	if c.Spot != nil {
		c.Spot.ApplyDefaults(c.Nodes)
	}
	if c.Autoscaler == nil {
		return
	}
	c.Autoscaler.ApplyDefaults()
	if c.Replicas != nil {
		setDefault(&c.Autoscaler.Max, max(leastAutoscalerMax, 4**c.Replicas))
	}
}

// ApplyDefaults fills in the settings that do not depend on the profile or on
// the number of replicas. It is idempotent.
func (a *Autoscaler) ApplyDefaults() {
	setDefault(&a.SyncPeriod, defaultSyncPeriod)
	setPointer(&a.MetricLag, defaultMetricLag)
	setPointer(&a.Tolerance, defaultTolerance)
	setPointer(&a.DownStabilization, defaultDownStabilization)
	setPointer(&a.UpStabilization, 0)
}

// NodeStartUpFor returns the time from asking for a node until it is ready:
// NodeStartUp where it is given, else the default for nodes with or without a GPU.
func (c ClusterHome) NodeStartUpFor(hasGPU bool) DurationDistribution {
	own, ok := c.Nodes.startUp(hasGPU)
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
