package catalog

import (
	"maps"
	"slices"
)

// Meter is a kind of usage, counted as an integer in its base unit.
type Meter string

// The meters with their base units. Time is counted in milliseconds, memory in
// MiB, vCPU and GPU in thousandths, so that every platform's rounding step is a
// whole number and nothing is lost before pricing.
const (
	NodeTime           Meter = "node-time"            // node x ms
	InstanceTime       Meter = "instance-time"        // instance x ms, for all-in prices per instance
	GPUTime            Meter = "gpu-time"             // GPU/1000 x ms
	VCPUTime           Meter = "vcpu-time"            // vCPU/1000 x ms
	MemoryTime         Meter = "memory-time"          // MiB x ms
	IdleVCPUTime       Meter = "idle-vcpu-time"       // vCPU/1000 x ms, warm but without a request
	IdleMemoryTime     Meter = "idle-memory-time"     // MiB x ms, warm but without a request
	FunctionTime       Meter = "function-time"        // MiB x ms of run, ordinary environments
	ProvisionedTime    Meter = "provisioned-time"     // MiB x ms held
	ProvisionedRunTime Meter = "provisioned-run-time" // MiB x ms of run on provisioned environments
	SnapshotCacheTime  Meter = "snapshot-cache-time"  // MiB x ms
	SnapshotRestores   Meter = "snapshot-restores"    // MiB restored
	Requests           Meter = "requests"             // requests
	Egress             Meter = "egress"               // bytes to the internet
	ClusterTime        Meter = "cluster-time"         // cluster x ms
	LoadBalancerTime   Meter = "load-balancer-time"   // load balancer x ms
	LoadBalancerUnits  Meter = "load-balancer-units"  // capacity unit x ms
	NATTime            Meter = "nat-time"             // gateway x ms
	NATBytes           Meter = "nat-bytes"            // bytes
	AddressTime        Meter = "address-time"         // public IPv4 x ms
	DiskTime           Meter = "disk-time"            // byte x h, as GB-months of 730 h
	LogBytes           Meter = "log-bytes"            // bytes
	StorageTime        Meter = "storage-time"         // MiB x ms of scratch disk above what is included
	StreamedBytes      Meter = "streamed-bytes"       // bytes of streamed responses
)

// Usage is what was consumed: base units by meter.
type Usage map[Meter]int64

// Meters lists every meter in alphabetical order.
func Meters() []Meter {
	seen := map[Meter]bool{}
	for _, u := range units {
		for _, m := range u.meters {
			seen[m] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
