package arrange

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
)

// metered is one of everything, in primes so that no two meters can be mixed up.
var metered = home.Metered{
	NodeTime: 2, ReplicaTime: 3, InstanceTime: 1009, ActiveTime: 211, IdleTime: 17, RunTime: 19, Restores: 23, HeldTime: 29, HeldRunTime: 31, Requests: 37,
}

func TestUsage(t *testing.T) {
	requestBilled := container(catalog.VCPUTime, catalog.MemoryTime, catalog.IdleVCPUTime, catalog.IdleMemoryTime, catalog.Requests)
	requestBilled.Billing.Idle = false
	gpu := container(catalog.GPUTime, catalog.VCPUTime, catalog.MemoryTime)
	gpu.Hardware.GPU, gpu.Hardware.GPUs = "L4", 2
	onTwo := sized()
	onTwo.Service.Profiles = append(onTwo.Service.Profiles, v1alpha1.Profile{GPU: "L4", GPUs: 2, Fixed: &v1alpha1.FixedProfile{Duration: duration(1)}})
	three := 3
	tests := map[string]struct {
		offer    catalog.Offer
		settings v1alpha1.Home
		want     catalog.Usage
	}{
		"a node, its whole life": {nodeOffer(onCPU(4)), v1alpha1.Home{}, catalog.Usage{catalog.NodeTime: 2}},
		"a function": {function(), memory(2048), catalog.Usage{
			catalog.Requests: 37, catalog.FunctionTime: 19 * 2048, catalog.ProvisionedTime: 29 * 2048, catalog.ProvisionedRunTime: 31 * 2048,
		}},
		"a function from a snapshot": {function(), v1alpha1.Home{Function: &v1alpha1.FunctionHome{Memory: 1024, SnapStart: true}}, catalog.Usage{
			catalog.Requests: 37, catalog.FunctionTime: 19 * 1024, catalog.ProvisionedTime: 29 * 1024, catalog.ProvisionedRunTime: 31 * 1024,
			catalog.SnapshotRestores: 23 * 1024, catalog.SnapshotCacheTime: 60_000 * 1024,
		}},
		"a function with a quota": {function(), v1alpha1.Home{Function: &v1alpha1.FunctionHome{ConcurrencyLimit: 3, ProvisionedConcurrency: &three}}, catalog.Usage{
			catalog.Requests: 37, catalog.FunctionTime: 19 * 1024, catalog.ProvisionedTime: 29 * 1024, catalog.ProvisionedRunTime: 31 * 1024,
		}},
		"an instance, its whole life": {container(catalog.VCPUTime, catalog.MemoryTime), v1alpha1.Home{}, catalog.Usage{
			catalog.VCPUTime: 1009 * 1000, catalog.MemoryTime: 1009 * 1024,
		}},
		"an all-in price": {container(catalog.InstanceTime), v1alpha1.Home{}, catalog.Usage{catalog.InstanceTime: 1009}},
		"two GPUs": {gpu, v1alpha1.Home{}, catalog.Usage{
			catalog.GPUTime: 1009 * 2000, catalog.VCPUTime: 1009 * 1000, catalog.MemoryTime: 1009 * 1024,
		}},
		"idle time at its own price": {container(catalog.VCPUTime, catalog.MemoryTime, catalog.IdleVCPUTime, catalog.IdleMemoryTime), v1alpha1.Home{}, catalog.Usage{
			catalog.VCPUTime: 211 * 1000, catalog.MemoryTime: 211 * 1024, catalog.IdleVCPUTime: 798 * 1000, catalog.IdleMemoryTime: 798 * 1024,
		}},
		"time with requests only": {requestBilled, v1alpha1.Home{}, catalog.Usage{
			catalog.Requests: 37, catalog.VCPUTime: 211 * 1000, catalog.MemoryTime: 211 * 1024, catalog.IdleVCPUTime: 17 * 1000, catalog.IdleMemoryTime: 17 * 1024,
		}},
		"a larger instance": {container(catalog.VCPUTime, catalog.MemoryTime), v1alpha1.Home{Container: &v1alpha1.ContainerHome{VCPU: 2.5, Memory: 4096}}, catalog.Usage{
			catalog.VCPUTime: 1009 * 2500, catalog.MemoryTime: 1009 * 4096,
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := build(t, onTwo, test.offer, test.settings).Usage(metered, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("usage (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUsageOverflows(t *testing.T) {
	for name, test := range map[string]struct {
		offer catalog.Offer
		m     home.Metered
	}{
		"a function":  {function(), home.Metered{RunTime: math.MaxInt64 / 1000}},
		"provisioned": {function(), home.Metered{HeldTime: math.MaxInt64 / 1000}},
		"an instance": {container(catalog.MemoryTime), home.Metered{InstanceTime: math.MaxInt64 / 1000}},
	} {
		u, err := build(t, sized(), test.offer, v1alpha1.Home{}).Usage(test.m, time.Hour)
		if err == nil || !strings.Contains(err.Error(), "overflows") {
			t.Errorf("%s: %v, %v", name, u, err)
		}
	}
}
