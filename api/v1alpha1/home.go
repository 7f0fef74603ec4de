package v1alpha1

import "fulcrum.dev/fulcrum/internal/unit"

// Home is one offer with its scaling settings: at most one of cluster, function and container, as the offer's kind demands.
type Home struct {
	// Offer is a catalogue id such as aws/ec2/g6.xlarge, or a prefix that ends in * such as gcp/*.
	Offer string `json:"offer"`
	// PriceClass is on-demand, spot, 1y or 3y. Default: on-demand. With a prefix, every class that the constraints allow.
	PriceClass string `json:"priceClass,omitempty" check:"oneof=on-demand spot 1y 3y"`
	// Region picks one region of the offer. Default: the offer's first.
	Region string `json:"region,omitempty"`
	// Cluster holds the settings of a Kubernetes home.
	Cluster *ClusterHome `json:"cluster,omitempty"`
	// Function holds the settings of a Lambda-like home.
	Function *FunctionHome `json:"function,omitempty"`
	// Container holds the settings of a Cloud-Run-like home.
	Container *ContainerHome `json:"container,omitempty"`
}

// ClusterHome is replicas on nodes.
type ClusterHome struct {
	// Replicas is the fixed number of replicas, or the least with an autoscaler. Default: searched by plan, 1 in simulate.
	Replicas *int `json:"replicas,omitempty" check:"gte=1,lte=1e6"`
	// Autoscaler scales the replicas; without it their number is fixed.
	Autoscaler *Autoscaler `json:"autoscaler,omitempty"`
	// ReplicasPerNode bounds how many replicas share a node. Default: as many as its GPUs, vCPUs and memory allow.
	ReplicasPerNode int `json:"replicasPerNode,omitempty" check:"gte=1"`
	// NodeStartUp is the time from asking for a node until it is ready. Default, by node (see NodeStartUpFor): 90s with a
	// GPU, 60s without.
	NodeStartUp *DurationDistribution `json:"nodeStartUp,omitempty"`
	// ImagePullRate is how fast a node pulls an image, per second. Default: 80MB.
	ImagePullRate unit.Bytes `json:"imagePullRate,omitempty" check:"gt=0"`
	// NodeIdle is how long an empty node is kept. Default: 0s (Karpenter consolidates at once).
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

// FunctionHome is one request per environment.
type FunctionHome struct {
	// Memory is the configured memory, which also decides the vCPU share. Default: searched by plan, the service's memory in simulate.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// ProvisionedConcurrency is the number of environments always warm. Default: searched by plan, 0 in simulate.
	ProvisionedConcurrency *int `json:"provisionedConcurrency,omitempty" check:"lte=1e6"`
	// ConcurrencyLimit is the greatest number of environments at once. Default: the provider's quota.
	ConcurrencyLimit int `json:"concurrencyLimit,omitempty" check:"gte=1"`
	// IdleExpiry is how long an environment is kept after its last request. Default: 300s (not published; an assumption).
	IdleExpiry *unit.Duration `json:"idleExpiry,omitempty"`
	// SnapStart restores a snapshot instead of initialising. Default: false.
	SnapStart bool `json:"snapStart,omitempty"`
}

// ContainerHome is several requests per instance.
type ContainerHome struct {
	// Concurrency is the number of requests that one instance takes at once. Default: what the profile allows.
	Concurrency int `json:"concurrency,omitempty" check:"gte=1"`
	// VCPU per instance, where the offer sells it separately. Default: the least that the offer allows.
	VCPU float64 `json:"vcpu,omitempty" check:"gt=0"`
	// Memory per instance, where the offer sells it separately. Default: what the service needs, at least what the offer asks.
	Memory unit.Memory `json:"memory,omitempty" check:"gt=0"`
	// MinInstances are always warm. Default: searched by plan, 0 in simulate.
	MinInstances *int `json:"minInstances,omitempty" check:"lte=1e6"`
	// MaxInstances bounds the instances. Default: the provider's quota.
	MaxInstances int `json:"maxInstances,omitempty" check:"gte=1"`
	// IdleHold is how long an idle instance is kept, and billed. Default: the offer's.
	IdleHold *unit.Duration `json:"idleHold,omitempty"`
	// QueueTimeout is how long a request waits for an instance. Default: 300s.
	QueueTimeout *unit.Duration `json:"queueTimeout,omitempty"`
	// Boot is the platform's own start-up before the container runs. Default: the offer's.
	Boot *unit.Duration `json:"boot,omitempty"`
}
