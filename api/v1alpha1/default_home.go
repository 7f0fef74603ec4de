package v1alpha1

import (
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/unit"
)

// The defaults of the homes' settings. Those of the autoscaler are the ones of
// Kubernetes (kubernetes/kubernetes:pkg/apis/autoscaling/v2/defaults.go).
const (
	defaultImagePullRate     unit.Bytes = 80e6
	defaultIdleExpiry                   = unit.Duration(300 * time.Second)
	defaultQueueTimeout                 = unit.Duration(300 * time.Second)
	defaultSyncPeriod                   = unit.Duration(15 * time.Second)
	defaultMetricLag                    = unit.Duration(15 * time.Second)
	defaultTolerance         unit.Share = 0.1
	defaultDownStabilization            = unit.Duration(300 * time.Second)
	leastAutoscalerMax                  = 10
)

func (h *Home) applyDefaults() {
	if !strings.HasSuffix(h.Offer, "*") {
		setDefault(&h.PriceClass, "on-demand")
	}
	if h.Cluster != nil {
		h.Cluster.ApplyDefaults()
	}
	if h.Function != nil {
		h.Function.ApplyDefaults()
	}
	if h.Container != nil {
		h.Container.ApplyDefaults()
	}
}

// ApplyDefaults fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func (c *ClusterHome) ApplyDefaults() {
	setDefault(&c.ImagePullRate, defaultImagePullRate)
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

// ApplyDefaults fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func (f *FunctionHome) ApplyDefaults() { setPointer(&f.IdleExpiry, defaultIdleExpiry) }

// ApplyDefaults fills in the settings that do not depend on the offer, also for
// homes that no file describes. It is idempotent.
func (c *ContainerHome) ApplyDefaults() { setPointer(&c.QueueTimeout, defaultQueueTimeout) }

// NodeStartUpFor returns the time from asking for a node until it is ready:
// NodeStartUp where it is given, else the default for nodes with or without a GPU.
func (c ClusterHome) NodeStartUpFor(hasGPU bool) DurationDistribution {
	switch {
	case c.NodeStartUp != nil:
		return *c.NodeStartUp
	case hasGPU:
		return constant(90 * time.Second)
	}
	return constant(60 * time.Second)
}
