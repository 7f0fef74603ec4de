package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// ClusterHome is replicas on nodes.
type ClusterHome struct {
	// Replicas is the fixed number of replicas. With an autoscaler or a schedule it is the number at the start, and the
	// minimum unless they say otherwise. Default: searched by plan, 1 in simulate.
	Replicas *int `json:"replicas,omitempty" check:"gte=1,lte=1e6"`
	// Autoscaler scales the replicas; without it their number is fixed.
	Autoscaler *Autoscaler `json:"autoscaler,omitempty"`
	// Schedule sets the number of replicas by the time of the week; with an autoscaler, the minimum.
	Schedule []Scheduled `json:"schedule,omitempty"`
	// ReplicasPerNode bounds how many replicas share a node. Default: as many as its GPUs, vCPUs and memory allow.
	ReplicasPerNode int `json:"replicasPerNode,omitempty" check:"gte=1"`
	// ReplicasPerGPU is how many replicas share a GPU, by MIG or by time slicing; the profile must have been measured that way.
	// Default: 1.
	ReplicasPerGPU int `json:"replicasPerGPU,omitempty" check:"gte=1,lte=64"`
	// Nodes says how nodes are added and removed.
	Nodes *ClusterNodes `json:"nodes,omitempty"`
	// Spot is what happens on interruptible nodes; only for price class spot. Default: {} if the catalogue knows how often
	// they are interrupted; otherwise they are not, and a warning says so.
	Spot *SpotNodes `json:"spot,omitempty"`
	// NodeStartUp is the time from requesting a node until it is ready. Default, by node (see NodeStartUpFor): 90s with a
	// GPU, 60s without; with clusterAutoscaler 120s to 300s, with karpenter and a GPU 29s to 90s.
	NodeStartUp *DurationDistribution `json:"nodeStartUp,omitempty"`
	// ImagePullRate is how fast a node pulls an image, per second. Default: 80MB.
	ImagePullRate unit.Bytes `json:"imagePullRate,omitempty" check:"gt=0"`
	// QueueLength is the maximum number of requests that wait in front of the replicas; more are refused. Default: no limit.
	QueueLength *int `json:"queueLength,omitempty" check:"lte=1e9"`
	// QueueTimeout is how long a request may wait there before it times out. Default: as long as its caller waits.
	QueueTimeout unit.Duration `json:"queueTimeout,omitempty" check:"gt=0"`
	// NodeIdle is how long an empty node is kept if there is no node autoscaler. Default: 0s.
	NodeIdle unit.Duration `json:"nodeIdle,omitempty"`
}
