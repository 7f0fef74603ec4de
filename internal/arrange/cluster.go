package arrange

import (
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

const (
	// allocatable is the share of a node's memory left to pods after the
	// kubelet's and system's reserve (GKE and EKS reserve 6-25 %, less on larger nodes).
	allocatable = 0.9
	// containerStart is from the pulled image to the running process.
	containerStart = time.Second
)

func (a *Arrangement) buildCluster(spec *v1alpha1.ModelSpec, cat *catalog.Catalog) error {
	fit, err := FitService(spec, a.Offer.Hardware, cat, 0)
	if err != nil {
		return err
	}
	c := v1alpha1.ClusterHome{}
	if a.Settings.Cluster != nil {
		c = ownCluster(*a.Settings.Cluster)
	}
	share := max(1, c.ReplicasPerGPU)
	if err := fit.shareGPU(spec, a.Offer.Hardware, cat, share); err != nil {
		return err
	}
	a.setService(spec, fit)
	if c.ReplicasPerNode == 0 {
		if c.ReplicasPerNode, err = replicasPerNode(spec, a.Offer.Hardware, fit, share); err != nil {
			return err
		}
	}
	completeCluster(&c, spec, fit)
	a.size = catalog.Size{VCPU: a.Offer.Hardware.VCPU, Memory: a.Offer.Hardware.Memory}
	nodes, err := a.buildNodes(&c)
	if err != nil {
		return err
	}
	init, err := initDist(spec, fit)
	if err != nil {
		return err
	}
	nodeStart, err := distribution.Duration(modelfile.NodeStartUpFor(c, a.Offer.Hardware.GPU != ""))
	if err != nil {
		return err
	}
	a.Home.Cluster = &home.Cluster{
		Replicas:        *c.Replicas,
		ReplicasPerNode: c.ReplicasPerNode,
		NodeStartUp:     nodeStart,
		ImagePull:       transfer(spec.Artifacts.Image, c.ImagePullRate),
		PodStartUp:      startUp(init, containerStart, weightsTime(spec, fit)),
		NodeIdle:        c.NodeIdle.Std(),
		Queue:           queue(c),
		Nodes:           nodes,
	}
	a.Settings.Cluster = &c
	return scaleCluster(a.Home.Cluster, &c, fit.Service)
}

// replicasPerNode is how many replicas the node's GPUs, vCPUs and memory have room for; share is how many share a GPU.
func replicasPerNode(spec *v1alpha1.ModelSpec, hw catalog.Hardware, fit Fit, share int) (int, error) {
	room := math.MaxInt32
	if fit.GPUs > 0 {
		room = int(hw.GPUs) * share / fit.GPUs
		if room == 0 {
			return 0, fmt.Errorf("a replica needs %d whole GPU, the node has %g", fit.GPUs, hw.GPUs)
		}
	}
	if fit.VCPU > 0 {
		room = min(room, int(hw.VCPU/fit.VCPU))
		if room == 0 {
			return 0, fmt.Errorf("a replica needs %g vCPU, the node has %g", fit.VCPU, hw.VCPU)
		}
	}
	usable := unit.Memory(allocatable * float64(hw.Memory))
	if need := spec.Service.Memory; need > 0 {
		room = min(room, int(usable/need))
		if room == 0 {
			return 0, fmt.Errorf("a replica needs %s of memory, the node has %s for pods", need, usable)
		}
	}
	return room, nil
}

func completeCluster(c *v1alpha1.ClusterHome, spec *v1alpha1.ModelSpec, fit Fit) {
	if c.Replicas == nil && (len(c.Schedule) == 0 || c.Autoscaler != nil) {
		n := 1
		if spec.Constraints.MinReplicas != nil {
			n = max(1, *spec.Constraints.MinReplicas)
		}
		c.Replicas = &n
	}
	if a := c.Autoscaler; a != nil && a.TargetConcurrency == 0 {
		a.TargetConcurrency = targetShare * float64(fit.Service.Concurrency)
	}
	modelfile.DefaultCluster(c)
}

// targetShare is the share of a replica's concurrency that an autoscaler aims at by default.
const targetShare = 0.7

func queue(c v1alpha1.ClusterHome) home.Queue {
	q := home.Queue{Timeout: c.QueueTimeout.Std()}
	if c.QueueLength != nil {
		q.Bounded, q.Length = true, *c.QueueLength
	}
	return q
}
