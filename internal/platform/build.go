package platform

import (
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/policy"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/unit"
)

// Arrangement is a model placed on an offer with every setting decided.
type Arrangement struct {
	Offer catalog.Offer
	// Settings are complete: written into a model file they give the same arrangement again.
	Settings v1alpha1.Home
	Fit      Fit
	Home     Home
	size     catalog.Size // of one node, instance or environment
	// Assumptions are what no user, measurement or provider document says, for the verdict.
	Assumptions []string
	// QuotaAssumed is the quota taken where the user gave none; 0 when the user did, or none applies.
	QuotaAssumed int
}

// Build decides every setting that is left open and derives the home's
// behaviour. The error says why the model cannot be served so on the offer.
func Build(spec *v1alpha1.ModelSpec, offer catalog.Offer, settings v1alpha1.Home, cat *catalog.Catalog) (Arrangement, error) {
	a := Arrangement{Offer: offer, Settings: settings}
	a.Settings.Offer, a.Settings.PriceClass, a.Settings.Region = offer.ID, string(offer.PriceClass), offer.Region
	a.Home.Name = offer.ID
	err := CheckSettings(offer, settings)
	if err != nil {
		return a, err
	}
	switch offer.Kind {
	case catalog.KindNode:
		err = a.buildCluster(spec, cat)
	case catalog.KindFunction:
		err = a.buildFunction(spec, cat)
	case catalog.KindContainer:
		err = a.buildContainer(spec, cat)
	default:
		err = fmt.Errorf("%s is of unknown kind %q", offer.ID, offer.Kind)
	}
	return a, err
}

// CheckSettings returns an error when settings are of another kind than the offer.
func CheckSettings(offer catalog.Offer, s v1alpha1.Home) error {
	cluster, function, container := s.Cluster != nil, s.Function != nil, s.Container != nil
	switch {
	case offer.Kind == catalog.KindNode && (function || container):
		return fmt.Errorf("%s is a Kubernetes node: give its settings under cluster", offer.ID)
	case offer.Kind == catalog.KindFunction && (cluster || container):
		return fmt.Errorf("%s runs functions: give its settings under function", offer.ID)
	case offer.Kind == catalog.KindContainer && (cluster || function):
		return fmt.Errorf("%s runs containers: give its settings under container", offer.ID)
	}
	return nil
}

func (a *Arrangement) assume(format string, args ...any) {
	a.Assumptions = append(a.Assumptions, fmt.Sprintf(format, args...))
}

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
	a.setService(spec, fit)
	c := v1alpha1.ClusterHome{}
	if a.Settings.Cluster != nil {
		c = *a.Settings.Cluster
	}
	if c.ReplicasPerNode == 0 {
		if c.ReplicasPerNode, err = replicasPerNode(spec, a.Offer.Hardware, fit); err != nil {
			return err
		}
	}
	completeCluster(&c, spec, fit)
	a.size = catalog.Size{VCPU: a.Offer.Hardware.VCPU, Memory: a.Offer.Hardware.Memory}
	a.Settings.Cluster = &c
	init, err := initDist(spec, fit)
	if err != nil {
		return err
	}
	nodeStart, err := c.NodeStartUpFor(a.Offer.Hardware.GPU != "").Dist()
	if err != nil {
		return err
	}
	a.Home.Cluster = &Cluster{
		Replicas:        *c.Replicas,
		HPA:             hpa(c),
		ReplicasPerNode: c.ReplicasPerNode,
		NodeStartUp:     nodeStart,
		ImagePull:       transfer(spec.Artifacts.Image, c.ImagePullRate),
		PodStartUp:      startUp(init, containerStart, weightsTime(spec)),
		NodeIdle:        c.NodeIdle.Std(),
	}
	return nil
}

func (a *Arrangement) setService(spec *v1alpha1.ModelSpec, fit Fit) {
	a.Fit, a.Home.Service = fit, fit.Service
	if spec.Service.StartUp.Init == nil {
		a.assume("initialisation of the server is assumed; set spec.service.startUp.init to what you measured")
	}
}

// replicasPerNode is how many replicas the node's GPUs, vCPUs and memory have room for.
func replicasPerNode(spec *v1alpha1.ModelSpec, hw catalog.Hardware, fit Fit) (int, error) {
	room := math.MaxInt32
	if fit.GPUs > 0 {
		room = int(hw.GPUs) / fit.GPUs
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
	if c.Replicas == nil {
		n := 1
		if spec.Constraints.MinReplicas != nil {
			n = max(1, *spec.Constraints.MinReplicas)
		}
		c.Replicas = &n
	}
	if c.Autoscaler != nil {
		s := *c.Autoscaler // the caller's stays as it is
		if s.TargetConcurrency == 0 {
			s.TargetConcurrency = targetShare * float64(fit.Service.Concurrency)
		}
		c.Autoscaler = &s
	}
	c.ApplyDefaults()
}

// targetShare is the share of a replica's concurrency that an autoscaler aims at by default.
const targetShare = 0.7

func hpa(c v1alpha1.ClusterHome) *policy.HPA {
	if c.Autoscaler == nil {
		return nil
	}
	s := c.Autoscaler
	h := policy.DefaultHPA(*c.Replicas, s.Max, s.TargetConcurrency)
	h.SyncPeriod, h.MetricLag = s.SyncPeriod.Std(), s.MetricLag.Std()
	h.Tolerance = float64(*s.Tolerance)
	h.DownWindow, h.UpWindow = s.DownStabilization.Std(), s.UpStabilization.Std()
	return &h
}

// initDist is the server's own initialisation, in seconds.
func initDist(spec *v1alpha1.ModelSpec, fit Fit) (random.Dist, error) {
	return spec.Service.StartUp.InitFor(fit.profile()).Dist()
}

func weightsTime(spec *v1alpha1.ModelSpec) time.Duration {
	return transfer(spec.Artifacts.Weights, spec.Service.StartUp.WeightsRate)
}

// transfer is how long a size takes at a rate per second.
func transfer(size, rate unit.Bytes) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(size) / float64(rate) * 1e9)
}
