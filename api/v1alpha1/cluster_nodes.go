package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// ClusterNodes says how the nodes of a cluster are added and removed.
type ClusterNodes struct {
	// ClusterAutoscaler or Karpenter decides on nodes. Default: a node is requested at once when a replica finds no room,
	// and released when it has been empty for nodeIdle.
	ClusterAutoscaler *ClusterAutoscaler `json:"clusterAutoscaler,omitempty"`
	// Karpenter is the other node autoscaler.
	Karpenter *Karpenter `json:"karpenter,omitempty"`
	// Max is the quota of nodes; replicas beyond it stay pending. Default: none.
	Max int `json:"max,omitempty" check:"gte=1,lte=1e7"`
	// Spare is how many nodes are kept ready and empty. Default: 0.
	Spare int `json:"spare,omitempty" check:"lte=1e6"`
	// Packing is most-allocated, which fills nodes, or least-allocated, which spreads replicas. Default: most-allocated.
	Packing string `json:"packing,omitempty" check:"oneof=most-allocated least-allocated"`
	// Losses is how often a node crashes, without notice. Default: 0.
	Losses unit.Rate `json:"losses,omitempty" check:"lte=1"`
}

// ClusterAutoscaler is the Kubernetes Cluster Autoscaler.
type ClusterAutoscaler struct {
	// ScanInterval is how often it decides. Default: 10s.
	ScanInterval unit.Duration `json:"scanInterval,omitempty" check:"gt=0"`
	// UnneededTime is how long a node must be unneeded before it is removed. Default: 10m.
	UnneededTime *unit.Duration `json:"unneededTime,omitempty"`
	// DelayAfterAdd is how long no node is removed after one was added. Default: 10m.
	DelayAfterAdd *unit.Duration `json:"delayAfterAdd,omitempty"`
	// UtilizationThreshold is the share of a node's room below which it is unneeded if its replicas fit elsewhere. Default: 50%.
	UtilizationThreshold *unit.Share `json:"utilizationThreshold,omitempty"`
	// ProvisionTimeout is how long a node may take to become ready. Default: 15m.
	ProvisionTimeout unit.Duration `json:"provisionTimeout,omitempty" check:"gt=0"`
}

// Karpenter is the Karpenter node autoscaler.
type Karpenter struct {
	// BatchIdle closes a batch of pending replicas when no other has come for this long. Default: 1s.
	BatchIdle *unit.Duration `json:"batchIdle,omitempty"`
	// BatchMax is the maximum time that a batch stays open. Default: 10s.
	BatchMax *unit.Duration `json:"batchMax,omitempty"`
	// Consolidation says which nodes may be removed: WhenEmpty or WhenEmptyOrUnderutilized. Default: WhenEmptyOrUnderutilized.
	Consolidation string `json:"consolidation,omitempty" check:"oneof=WhenEmpty WhenEmptyOrUnderutilized"`
	// ConsolidateAfter is how long no replica may have been added to or removed from such a node. Default: 0s.
	ConsolidateAfter unit.Duration `json:"consolidateAfter,omitempty"`
	// Budget is the share of the nodes, rounded up, that consolidation may add or remove at once. Default: 10%.
	Budget *unit.Share `json:"budget,omitempty"`
	// ExpireAfter is the age at which a node is replaced; 0s is never. Default: 720h.
	ExpireAfter *unit.Duration `json:"expireAfter,omitempty"`
}
