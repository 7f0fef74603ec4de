package arrange

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/node"
)

func onSpot(provider, band string) catalog.Offer {
	o := nodeOffer(onCPU(4))
	o.Provider, o.PriceClass, o.InterruptionBand = provider, catalog.Spot, band
	return o
}

func TestBuildNodes(t *testing.T) {
	cluster := node.DefaultClusterAutoscaler()
	karpenter := node.DefaultKarpenter()
	empty := karpenter
	empty.OnlyEmpty, empty.ExpireAfter, empty.Budget = true, 0, 0.5
	never, half := unit.Duration(0), unit.Share(0.5)
	half5 := -math.Log(0.95) / 730
	for name, test := range map[string]struct {
		offer catalog.Offer
		set   v1alpha1.ClusterHome
		want  home.Nodes
		start float64 // mean, s
	}{
		"at once": {nodeOffer(onCPU(4)), v1alpha1.ClusterHome{}, home.Nodes{}, 60},
		"Cluster Autoscaler": {
			nodeOffer(onCPU(4)),
			v1alpha1.ClusterHome{Nodes: &v1alpha1.ClusterNodes{ClusterAutoscaler: &v1alpha1.ClusterAutoscaler{}}},
			home.Nodes{ClusterAutoscaler: &cluster},
			210,
		},
		"Karpenter, a quota and spare nodes": {
			nodeOffer(onCPU(4)),
			v1alpha1.ClusterHome{Nodes: &v1alpha1.ClusterNodes{Karpenter: &v1alpha1.Karpenter{}, Max: 5, Spare: 2}},
			home.Nodes{Karpenter: &karpenter, Max: 5, Spare: 2},
			60,
		},
		"Karpenter as set, losses": {
			nodeOffer(onCPU(4)),
			v1alpha1.ClusterHome{Nodes: &v1alpha1.ClusterNodes{
				Karpenter: &v1alpha1.Karpenter{Consolidation: "WhenEmpty", ExpireAfter: &never, Budget: &half},
				Packing:   "least-allocated", Losses: 1.0 / 3600,
			}},
			home.Nodes{Karpenter: &empty, Spread: true, LossRate: 1},
			60,
		},
		"spot of AWS": {
			onSpot("aws", "<5%"),
			v1alpha1.ClusterHome{Spot: &v1alpha1.SpotNodes{}},
			home.Nodes{Spot: &home.Spot{Rate: half5, Notice: 2 * time.Minute}},
			60,
		},
		"spot of AWS, without a word about it": {
			onSpot("aws", "<5%"),
			v1alpha1.ClusterHome{},
			home.Nodes{Spot: &home.Spot{Rate: half5, Notice: 2 * time.Minute}},
			60,
		},
		"spot of an unknown rate": {
			onSpot("gcp", ""),
			v1alpha1.ClusterHome{},
			home.Nodes{},
			60,
		},
		"spot elsewhere, with all": {
			onSpot("gcp", ""),
			v1alpha1.ClusterHome{
				Nodes: &v1alpha1.ClusterNodes{ClusterAutoscaler: &v1alpha1.ClusterAutoscaler{}},
				Spot: &v1alpha1.SpotNodes{
					Interruptions: 2.0 / 3600, Base: 1, Available: unit.Duration(time.Hour), Unavailable: unit.Duration(time.Minute),
					Fallback: true, Restart: true, Checkpoint: unit.Duration(10 * time.Minute),
				},
			},
			home.Nodes{ClusterAutoscaler: &cluster, Spot: &home.Spot{
				Rate: 2, Notice: 30 * time.Second, Base: 1, Available: time.Hour, Unavailable: time.Minute,
				Fallback: true, FallbackAfter: 15 * time.Minute, Restart: true, Checkpoint: 10 * time.Minute,
			}},
			210,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := build(t, sized(), test.offer, v1alpha1.Home{Cluster: &test.set})
			approximately := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(a+b) })
			if diff := cmp.Diff(test.want, a.Home.Cluster.Nodes, approximately); diff != "" {
				t.Errorf("nodes (-want +got):\n%s", diff)
			}
			near(t, "node start-up", a.Home.Cluster.NodeStartUp.Mean(), test.start, 1e-9)
			again := build(t, sized(), test.offer, a.Settings)
			if again.Home.Key() != a.Home.Key() {
				t.Errorf("the settings give another arrangement:\n%s\n%s", a.Home.Key(), again.Home.Key())
			}
		})
	}
	gpu := build(t, &v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9}}, nodeOffer(onGPU("L4")),
		v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{Nodes: &v1alpha1.ClusterNodes{Karpenter: &v1alpha1.Karpenter{}}}})
	near(t, "a GPU node with Karpenter", gpu.Home.Cluster.NodeStartUp.Mean(), 59.5, 1e-9)
}

func TestBuildNodesRefuses(t *testing.T) {
	batched := &v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9}}
	twoL4 := catalog.Hardware{GPU: "L4", GPUs: 2, VCPU: 8, Memory: 64 << 10}
	both := &v1alpha1.ClusterNodes{ClusterAutoscaler: &v1alpha1.ClusterAutoscaler{}, Karpenter: &v1alpha1.Karpenter{}}
	spotGPU := onSpot("aws", "5-10%")
	spotGPU.Hardware = onGPU("L4")
	for want, test := range map[string]struct {
		spec  *v1alpha1.ModelSpec
		offer catalog.Offer
		set   v1alpha1.ClusterHome
	}{
		"is not interruptible":        {sized(), nodeOffer(onCPU(4)), v1alpha1.ClusterHome{Spot: &v1alpha1.SpotNodes{}}},
		"set cluster.spot.interrupt":  {sized(), onSpot("aws", ""), v1alpha1.ClusterHome{Spot: &v1alpha1.SpotNodes{}}},
		"no checkpoints":              {batched, spotGPU, v1alpha1.ClusterHome{Spot: &v1alpha1.SpotNodes{Restart: true, Checkpoint: 5}}},
		"quota of nodes above":        {sized(), nodeOffer(onCPU(4)), v1alpha1.ClusterHome{Nodes: &v1alpha1.ClusterNodes{Max: 1, Spare: 1}}},
		"no GPU to share":             {sized(), nodeOffer(onCPU(4)), v1alpha1.ClusterHome{ReplicasPerGPU: 2}},
		"cannot be estimated":         {batched, nodeOffer(onGPU("L4")), v1alpha1.ClusterHome{ReplicasPerGPU: 2}},
		"one of 4 on a L4 has 6":      {onL4(1, 16<<10), nodeOffer(onGPU("L4")), v1alpha1.ClusterHome{ReplicasPerGPU: 4}},
		"on 2 GPUs cannot share one":  {onL4(2, 1<<10), nodeOffer(twoL4), v1alpha1.ClusterHome{ReplicasPerGPU: 2}},
		"one of the Cluster Autoscal": {sized(), nodeOffer(onCPU(4)), v1alpha1.ClusterHome{Nodes: both}},
	} {
		_, err := Build(test.spec, test.offer, v1alpha1.Home{Cluster: &test.set}, embedded())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// onL4 is a model with a batched profile on L4s and a need of GPU memory, in MiB.
func onL4(gpus int, memory unit.Memory) *v1alpha1.ModelSpec {
	return &v1alpha1.ModelSpec{Service: v1alpha1.Service{
		Parameters: 1e9, BytesPerParameter: 2, Memory: 1 << 10, GPUMemory: memory,
		Profiles: []v1alpha1.Profile{{GPU: "L4", GPUs: gpus, Batched: &v1alpha1.BatchedProfile{Alpha: new(unit.Duration(1e6)), Beta: new(unit.Duration(1e5)), MaxBatch: 8}}},
	}}
}

// TestShareGPU: four replicas share a GPU, each with a quarter of its memory for the KV-cache.
func TestShareGPU(t *testing.T) {
	offer := nodeOffer(catalog.Hardware{GPU: "L4", GPUs: 2, Arch: "x86", VCPU: 48, Memory: 192 << 10})
	whole := build(t, onL4(1, 4<<10), offer, v1alpha1.Home{}).Home
	quarter := build(t, onL4(1, 4<<10), offer, v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{ReplicasPerGPU: 4}}).Home
	if whole.Cluster.ReplicasPerNode != 2 || quarter.Cluster.ReplicasPerNode != 8 {
		t.Errorf("%d and %d replicas on two GPUs, want 2 and 8", whole.Cluster.ReplicasPerNode, quarter.Cluster.ReplicasPerNode)
	}
	l4, _ := embedded().GPU("L4")
	memory := 0.9 * float64(l4.Memory) * (1 << 20)
	near(t, "tokens of a whole GPU", float64(whole.Service.Batch.KVTokens), (memory-2e9)/(128<<10), 1e-4)
	near(t, "tokens of a quarter", float64(quarter.Service.Batch.KVTokens), (memory/4-2e9)/(128<<10), 1e-4)
}

// TestOnDemandUsage: the nodes on demand are apart from those on spot.
func TestOnDemandUsage(t *testing.T) {
	a := build(t, sized(), onSpot("aws", "<5%"), v1alpha1.Home{})
	m := home.Metered{NodeTime: 7, OnDemandNodeTime: 11}
	spot, err := a.Usage(m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	onDemand, err := a.OnDemandUsage(nodeOffer(onCPU(4)), m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]catalog.Usage{{catalog.NodeTime: 7}, {catalog.NodeTime: 11}}, []catalog.Usage{spot, onDemand}); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
}
