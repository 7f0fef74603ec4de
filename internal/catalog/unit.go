package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Unit is a provider's pricing unit, such as GB-second. Where memory is priced,
// GB and GiB are both 1024 MiB, as AWS Lambda and Fargate mean it; where bytes
// are, GB is 10^9 and GiB 2^30.
type Unit string

// pricing says how many base units of its meters one pricing unit is.
type pricing struct {
	base   int64
	meters []Meter
}

const (
	msPerSecond = 1000
	msPerHour   = 3600 * msPerSecond
	mibPerGiB   = 1024
	milli       = 1000 // vCPU and GPU are counted in thousandths
	bytesPerGB  = 1_000_000_000
	bytesPerGiB = 1 << 30
	monthHours  = 730
)

var (
	heldMeters   = []Meter{LoadBalancerTime, NATTime, AddressTime, ClusterTime, NodeTime, InstanceTime}
	cpuMeters    = []Meter{VCPUTime, IdleVCPUTime}
	memoryMeters = []Meter{
		MemoryTime, IdleMemoryTime, FunctionTime, ProvisionedTime, ProvisionedRunTime, SnapshotCacheTime, StorageTime,
	}
	byteMeters = []Meter{Egress, NATBytes, LogBytes, StreamedBytes}
)

// units are the pricing units that prices may be given in. One core is two
// vCPUs: the providers that sell cores sell physical ones.
var units = map[Unit]pricing{
	"hour":             {msPerHour, heldMeters},
	"instance-hour":    {msPerHour, []Meter{NodeTime, InstanceTime}},
	"instance-second":  {msPerSecond, []Meter{NodeTime, InstanceTime}},
	"cluster-hour":     {msPerHour, []Meter{ClusterTime}},
	"LCU-hour":         {msPerHour, []Meter{LoadBalancerUnits}},
	"gpu-hour":         {milli * msPerHour, []Meter{GPUTime}},
	"gpu-second":       {milli * msPerSecond, []Meter{GPUTime}},
	"vCPU-hour":        {milli * msPerHour, cpuMeters},
	"vCPU-second":      {milli * msPerSecond, cpuMeters},
	"core-hour":        {2 * milli * msPerHour, cpuMeters},
	"core-second":      {2 * milli * msPerSecond, cpuMeters},
	"GB-hour":          {mibPerGiB * msPerHour, memoryMeters},
	"GiB-hour":         {mibPerGiB * msPerHour, memoryMeters},
	"GB-second":        {mibPerGiB * msPerSecond, memoryMeters},
	"GiB-second":       {mibPerGiB * msPerSecond, memoryMeters},
	"GB restored":      {mibPerGiB, []Meter{SnapshotRestores}},
	"request":          {1, []Meter{Requests}},
	"million requests": {1_000_000, []Meter{Requests}},
	"GB":               {bytesPerGB, byteMeters},
	"GiB":              {bytesPerGiB, byteMeters},
	"GB-month":         {bytesPerGB * monthHours, []Meter{DiskTime}},
	"GiB-month":        {bytesPerGiB * monthHours, []Meter{DiskTime}},
}

// Units lists the pricing units in alphabetical order.
func Units() []Unit { return slices.Sorted(maps.Keys(units)) }

// Base returns how many base units of a meter one pricing unit is. It is an
// error when the unit is unknown or does not measure what the meter counts.
func (u Unit) Base(m Meter) (int64, error) {
	p, known := units[u]
	if !known {
		return 0, fmt.Errorf("unknown unit %q%s", u, suggest(string(u), texts(Units())))
	}
	if !slices.Contains(p.meters, m) {
		if fitting := unitsOf(m); len(fitting) > 0 {
			return 0, fmt.Errorf("%s is not priced in %q: expected one of %s", m, u, strings.Join(fitting, ", "))
		}
		return 0, fmt.Errorf("unknown meter %q%s", m, suggest(string(m), texts(Meters())))
	}
	return p.base, nil
}

// unitsOf lists the units that suit a meter.
func unitsOf(m Meter) []string {
	var fitting []string
	for _, u := range Units() {
		if slices.Contains(units[u].meters, m) {
			fitting = append(fitting, string(u))
		}
	}
	return fitting
}
