package arrange

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
)

func nodeOffer(hw catalog.Hardware) catalog.Offer {
	return catalog.Offer{
		ID: "acme/nodes/one", Provider: "acme", Service: "nodes", Region: "oslo", PriceClass: catalog.OnDemand, Kind: catalog.KindNode, Hardware: hw,
		Rates: []catalog.Rate{{Meter: catalog.NodeTime, Unit: "hour"}},
	}
}

func function() catalog.Offer {
	return catalog.Offer{
		ID: "acme/functions/x86", Provider: "acme", Service: "functions", Region: "oslo", PriceClass: catalog.OnDemand, Kind: catalog.KindFunction, Separate: true,
		Hardware: catalog.Hardware{Arch: "x86", Memory: 128, MemoryPerVCPU: 1769},
		Limits:   catalog.Limits{MinMemory: 128, MaxMemory: 10240, Timeout: unit.Duration(900 * time.Second), MaxConcurrency: 1, Quota: 50},
		Billing:  catalog.Billing{Step: unit.Duration(time.Millisecond)},
	}
}

func container(rates ...catalog.Meter) catalog.Offer {
	o := catalog.Offer{
		ID: "acme/containers/x86", Provider: "acme", Service: "containers", Region: "oslo", PriceClass: catalog.OnDemand, Kind: catalog.KindContainer, Separate: true,
		Hardware: catalog.Hardware{Arch: "x86", VCPU: 1, Memory: 512},
		Limits:   catalog.Limits{MinVCPU: 1, MaxVCPU: 8, MinMemory: 512, MaxMemory: 32 << 10, MaxConcurrency: 3, Quota: 20},
		Billing: catalog.Billing{
			Step: unit.Duration(100 * time.Millisecond), Minimum: unit.Duration(time.Minute), Boot: true, Idle: true,
			IdleHold: unit.Duration(10 * time.Minute), BootTime: unit.Duration(2 * time.Second), MinInstances: 1, Assumed: []string{"idleHold"},
		},
	}
	for _, m := range rates {
		o.Rates = append(o.Rates, catalog.Rate{Meter: m})
	}
	return o
}

// sized is a service on 1 vCPU and 1 GiB that starts in 3 s, loads 600 MB of weights at 300 MB/s and has an image of 800 MB.
func sized() *v1alpha1.ModelSpec {
	spec := cpuModel(v1alpha1.Profile{VCPU: 1, Parallelism: 2, Fixed: &v1alpha1.FixedProfile{Duration: duration(2)}})
	spec.Artifacts = v1alpha1.Artifacts{Image: 800e6, Weights: 600e6}
	spec.Service.StartUp = v1alpha1.StartUp{Init: duration(3), WeightsRate: 300e6}
	return spec
}

func build(t *testing.T, spec *v1alpha1.ModelSpec, o catalog.Offer, settings v1alpha1.Home) Arrangement {
	t.Helper()
	a, err := Build(spec, o, settings, embedded())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestBuildCluster(t *testing.T) {
	spec := sized()
	a := build(t, spec, nodeOffer(onCPU(4)), v1alpha1.Home{})
	c := a.Home.Cluster
	if c == nil || a.Home.Function != nil || a.Home.Container != nil || c.Autoscaler != nil {
		t.Fatalf("%+v", a.Home)
	}
	if c.Replicas != 1 || c.ReplicasPerNode != 4 || c.NodeIdle != 0 {
		t.Errorf("%+v", c)
	}
	near(t, "node start-up", c.NodeStartUp.Mean(), 60, 0)
	near(t, "pod start-up: init, weights and container", c.PodStartUp.Mean(), 3+2+1, 1e-9)
	near(t, "image pull at 80 MB/s", c.ImagePull.Seconds(), 10, 1e-9)
	if onGPUs := build(t, &v1alpha1.ModelSpec{Service: v1alpha1.Service{Parameters: 8e9}}, nodeOffer(onGPU("L4")), v1alpha1.Home{}); onGPUs.Home.Cluster.NodeStartUp.Mean() != 90 {
		t.Errorf("a GPU node starts in %g s, want 90", onGPUs.Home.Cluster.NodeStartUp.Mean())
	}
	least := 3
	spec.Constraints.MinReplicas = &least
	if got := build(t, spec, nodeOffer(onCPU(4)), v1alpha1.Home{}).Home.Cluster.Replicas; got != 3 {
		t.Errorf("%d replicas, at least 3 are asked for", got)
	}
}

func TestBuildAutoscaler(t *testing.T) {
	two := 2
	given := v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{Replicas: &two, Autoscaler: &v1alpha1.Autoscaler{}}}
	a := build(t, sized(), nodeOffer(onCPU(4)), given).Home.Cluster.Autoscaler
	if diff := cmp.Diff(home.NewHPA(2, 10, 0.7), a); diff != "" {
		t.Errorf("an autoscaler without settings is not Kubernetes' own (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{Replicas: &two, Autoscaler: &v1alpha1.Autoscaler{}}}, given); diff != "" {
		t.Errorf("Build changed the caller's settings:\n%s", diff)
	}
	eight := 8
	given.Cluster.Replicas = &eight
	if h := build(t, sized(), nodeOffer(onCPU(4)), given).Home.Cluster.Autoscaler; h.Max != 32 {
		t.Errorf("at most %d of 8 replicas, want 4 times as many", h.Max)
	}
}

func TestReplicasPerNode(t *testing.T) {
	gpus := func(n float64) catalog.Hardware {
		return catalog.Hardware{GPU: "L4", GPUs: n, Arch: "x86", VCPU: 48, Memory: 192 << 10}
	}
	onL4 := func(each int) *v1alpha1.ModelSpec {
		return &v1alpha1.ModelSpec{Service: v1alpha1.Service{Memory: 2048, Profiles: []v1alpha1.Profile{{GPU: "L4", GPUs: each, Fixed: &v1alpha1.FixedProfile{Duration: duration(1)}}}}}
	}
	cpu := func(vcpu float64, concurrency int, memory unit.Memory) *v1alpha1.ModelSpec {
		spec := cpuModel(v1alpha1.Profile{VCPU: vcpu, Fixed: &v1alpha1.FixedProfile{Duration: duration(1), Concurrency: concurrency}})
		spec.Service.Memory = memory
		return spec
	}
	small := catalog.Hardware{Arch: "x86", VCPU: 4, Memory: 16 << 10}
	tests := map[string]struct {
		spec *v1alpha1.ModelSpec
		on   catalog.Hardware
		want int
		err  string
	}{
		"one of 4 GPUs each":             {spec: onL4(1), on: gpus(4), want: 4},
		"two of 4 GPUs each":             {spec: onL4(2), on: gpus(4), want: 2},
		"three of 4 GPUs each":           {spec: onL4(3), on: gpus(4), want: 1},
		"more GPUs than there are":       {spec: onL4(8), on: gpus(4), err: "a replica needs 8 whole GPU, the node has 4"},
		"a part of a GPU":                {spec: onL4(1), on: gpus(0.5), err: "a replica needs 1 whole GPU, the node has 0.5"},
		"GPUs that memory cannot follow": {spec: &v1alpha1.ModelSpec{Service: v1alpha1.Service{Memory: 60 << 10, Profiles: onL4(1).Service.Profiles}}, on: gpus(4), want: 2},
		"by vCPU":                        {spec: cpu(1, 1, 1024), on: small, want: 4},
		"by half vCPUs":                  {spec: cpu(0.5, 1, 1024), on: small, want: 8},
		"by vCPU, 2 requests each":       {spec: cpu(1, 2, 1024), on: small, want: 2},
		"by memory, a tenth reserved":    {spec: cpu(1, 1, 5<<10), on: small, want: 2},
		"more vCPU than there are":       {spec: cpu(6, 1, 1024), on: small, err: "a replica needs 6 vCPU, the node has 4"},
		"more memory than for pods":      {spec: cpu(1, 1, 15<<10), on: small, err: "a replica needs 15GiB of memory, the node has"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := Build(test.spec, nodeOffer(test.on), v1alpha1.Home{}, embedded())
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil || a.Home.Cluster.ReplicasPerNode != test.want {
				t.Errorf("%+v, %v, want %d replicas per node", a.Home.Cluster, err, test.want)
			}
		})
	}
}

func TestBuildFunction(t *testing.T) {
	a := build(t, sized(), function(), v1alpha1.Home{})
	f, s := a.Home.Function, a.Settings.Function
	if f == nil || f.Limit != 50 || f.Provisioned != 0 || f.Burst != 1000 || f.BurstPeriod != 10*time.Second || f.InitLimit != 10*time.Second ||
		f.IdleExpiry != 300*time.Second || f.Timeout != 900*time.Second || f.Step != time.Millisecond || f.Snapshot || a.Home.Service.Concurrency != 1 {
		t.Errorf("%+v", f)
	}
	if s.Memory != 1024 {
		t.Errorf("memory %s, the service needs 1GiB", s.Memory)
	}
	near(t, "init and weights", f.Init.Mean(), 5, 1e-9)
	near(t, "scale at 1024 of 1769 MiB per vCPU", a.Home.Service.Scale, 1769.0/1024, 1e-9)
	near(t, "scale at 3 vCPU, of which 2 can be used", build(t, sized(), function(), memory(3*1769)).Home.Service.Scale, 0.5, 1e-9)
	if assumed := strings.Join(a.Assumptions, "\n"); !strings.Contains(assumed, "idle environments live 5m") || !strings.Contains(assumed, "quota") {
		t.Errorf("assumptions:\n%s", assumed)
	}
}

func memory(m unit.Memory) v1alpha1.Home {
	return v1alpha1.Home{Function: &v1alpha1.FunctionHome{Memory: m}}
}

func TestBuildSnapStart(t *testing.T) {
	a := build(t, sized(), function(), v1alpha1.Home{Function: &v1alpha1.FunctionHome{Memory: 2048, SnapStart: true}})
	near(t, "restore of 2 GiB", a.Home.Function.Init.Mean(), 0.4+2*0.5, 1e-9)
	if !a.Home.Function.Snapshot {
		t.Error("the snapshot's restore would be billed as run time")
	}
}

func TestBuildContainer(t *testing.T) {
	a := build(t, sized(), container(), v1alpha1.Home{})
	c, s := a.Home.Container, a.Settings.Container
	if c == nil || c.Min != 1 || c.Max != 20 || c.IdleHold != 10*time.Minute || c.QueueTimeout != 300*time.Second || c.Step != 100*time.Millisecond ||
		c.Minimum != time.Minute || !c.BootBilled || a.Home.Service.Concurrency != 1 {
		t.Errorf("%+v", c)
	}
	near(t, "boot, init and weights", c.StartUp.Mean(), 2+3+2, 1e-9)
	if s.VCPU != 1 || s.Memory != 1024 {
		t.Errorf("%g vCPU and %s, the service needs 1 and 1GiB", s.VCPU, s.Memory)
	}
	if assumed := strings.Join(a.Assumptions, "\n"); !strings.Contains(assumed, "idleHold of acme/containers is assumed") {
		t.Errorf("assumptions:\n%s", assumed)
	}
	a = build(t, sized(), container(), v1alpha1.Home{Container: &v1alpha1.ContainerHome{IdleHold: new(unit.Duration(time.Minute))}})
	if assumed := strings.Join(a.Assumptions, "\n"); strings.Contains(assumed, "idleHold") {
		t.Errorf("assumptions, although it is given:\n%s", assumed)
	}
}

// TestContainerSharesItsCPU: an instance's vCPUs are divided among the requests that it serves at once.
func TestContainerSharesItsCPU(t *testing.T) {
	tests := map[string]struct {
		concurrency int
		vcpu        float64 // of the instance, 0 for what is needed
		wantVCPU    float64
		wantScale   float64 // 1 vCPU was measured, 2 can be used
	}{
		"one request, as measured":     {1, 0, 1, 1},
		"one request, twice the vCPUs": {1, 2, 2, 0.5},
		"one request, more than used":  {1, 8, 8, 0.5},
		"three requests, as measured":  {3, 0, 3, 1},
		"three requests on 6":          {3, 6, 6, 0.5},
		"three requests on one":        {3, 1, 1, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spec := sized()
			spec.Service.Profiles[0].Fixed.Concurrency = test.concurrency
			a := build(t, spec, container(), v1alpha1.Home{Container: &v1alpha1.ContainerHome{VCPU: test.vcpu}})
			if a.Settings.Container.VCPU != test.wantVCPU || a.Home.Service.Concurrency != test.concurrency {
				t.Errorf("%g vCPU for %d requests, want %g", a.Settings.Container.VCPU, a.Home.Service.Concurrency, test.wantVCPU)
			}
			near(t, "scale", a.Home.Service.Scale, test.wantScale, 1e-9)
		})
	}
}

func TestContainerConcurrency(t *testing.T) {
	batched := &v1alpha1.ModelSpec{Service: v1alpha1.Service{Memory: 1024, Profiles: []v1alpha1.Profile{{CPU: "x86", Batched: &v1alpha1.BatchedProfile{Alpha: new(unit.Duration(1e7)), Beta: new(unit.Duration(0)), MaxBatch: 16}}}}}
	unlimited := container()
	unlimited.Limits.MaxConcurrency = 0
	for name, test := range map[string]struct {
		offer catalog.Offer
		asked int
		want  int
	}{
		"the offer's limit":        {container(), 0, 3},
		"what is asked":            {container(), 2, 2},
		"what the profile allows":  {unlimited, 0, 16},
		"no more than the profile": {unlimited, 80, 16},
	} {
		a := build(t, batched, test.offer, v1alpha1.Home{Container: &v1alpha1.ContainerHome{Concurrency: test.asked}})
		if got := a.Home.Service.Concurrency; got != test.want {
			t.Errorf("%s: %d at once, want %d", name, got, test.want)
		}
	}
}

// TestQuota: the user's own bound goes by offer, service or provider, the nearest first, and replaces the default.
func TestQuota(t *testing.T) {
	for name, test := range map[string]struct {
		quotas map[string]int
		want   int
	}{
		"the catalogue's": {nil, 50},
		"by provider":     {map[string]int{"acme": 7}, 7},
		"by service":      {map[string]int{"acme": 7, "acme/functions": 8}, 8},
		"by offer":        {map[string]int{"acme": 7, "acme/functions": 8, "acme/functions/x86": 9}, 9},
		"of another":      {map[string]int{"aws": 7}, 50},
	} {
		spec := sized()
		spec.Constraints.Quotas = test.quotas
		if got := build(t, spec, function(), v1alpha1.Home{}).Home.Function.Limit; got != test.want {
			t.Errorf("%s: %d environments, want %d", name, got, test.want)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	fixedSize := container()
	fixedSize.Separate = false
	gpu := container()
	gpu.Hardware = catalog.Hardware{GPU: "L4", GPUs: 1, VCPU: 4, Memory: 16 << 10}
	twoGPUs := &v1alpha1.ModelSpec{Service: v1alpha1.Service{Profiles: []v1alpha1.Profile{{GPU: "L4", GPUs: 2, Fixed: &v1alpha1.FixedProfile{Duration: duration(1)}}}}}
	tests := map[string]struct {
		spec     *v1alpha1.ModelSpec
		offer    catalog.Offer
		settings v1alpha1.Home
		want     string
	}{
		"function settings for a node":     {sized(), nodeOffer(onCPU(4)), memory(1024), "acme/nodes/one is a Kubernetes node: give its settings under cluster"},
		"cluster settings for a function":  {sized(), function(), v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{}}, "acme/functions/x86 runs functions: give its settings under function"},
		"cluster settings for a container": {sized(), container(), v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{}}, "acme/containers/x86 runs containers: give its settings under container"},
		"too much memory":                  {sized(), function(), memory(20 << 10), "memory of 20GiB is outside 128MiB to 10GiB"},
		"too many vCPUs":                   {sized(), container(), v1alpha1.Home{Container: &v1alpha1.ContainerHome{VCPU: 9}}, "9 vCPU is outside 1 to 8"},
		"another size of a fixed one":      {sized(), fixedSize, v1alpha1.Home{}, "a replica needs 1 vCPU and 1GiB, an instance has 1 and 512MiB"},
		"more GPUs than an instance has":   {twoGPUs, gpu, v1alpha1.Home{}, "a replica needs 2 GPUs, an instance has 1"},
		"no profile":                       {twoGPUs, function(), v1alpha1.Home{}, "no service profile for an x86 CPU"},
		"an unknown kind":                  {sized(), catalog.Offer{ID: "acme/x", Kind: "pigeon"}, v1alpha1.Home{}, `acme/x is of unknown kind "pigeon"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Build(test.spec, test.offer, test.settings, embedded())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestBuildAgain: settings that were completed once give the same home again.
func TestBuildAgain(t *testing.T) {
	two := 2
	for name, test := range map[string]struct {
		offer    catalog.Offer
		settings v1alpha1.Home
	}{
		"cluster":    {nodeOffer(onCPU(4)), v1alpha1.Home{}},
		"autoscaled": {nodeOffer(onCPU(4)), v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{Replicas: &two, Autoscaler: &v1alpha1.Autoscaler{}}}},
		"function":   {function(), v1alpha1.Home{}},
		"snapstart":  {function(), v1alpha1.Home{Function: &v1alpha1.FunctionHome{SnapStart: true}}},
		"container":  {container(), v1alpha1.Home{}},
	} {
		once := build(t, sized(), test.offer, test.settings)
		twice := build(t, sized(), test.offer, once.Settings)
		if diff := cmp.Diff(once.Settings, twice.Settings); diff != "" {
			t.Errorf("%s: settings (-once +twice):\n%s", name, diff)
		}
		if a, b := once.Home.Key(), twice.Home.Key(); a != b {
			t.Errorf("%s: homes\n%s\n%s", name, a, b)
		}
	}
}
