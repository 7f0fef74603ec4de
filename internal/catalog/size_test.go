package catalog

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
)

func TestSize(t *testing.T) {
	for _, c := range []struct {
		id     string
		vcpu   float64
		memory unit.Memory
		want   Size
		ok     bool
	}{
		{"aws/ec2/g6.xlarge", 0, 0, Size{4, 16 * unit.GiB}, true},
		{"aws/ec2/g6.xlarge", 8, 0, Size{}, false},
		{"aws/lambda/x86", 0, 1769, Size{1, 1769}, true},
		{"aws/lambda/x86", 2, 1769, Size{}, false},
		{"aws/lambda/x86", 0, 64, Size{}, false},
		{"aws/lambda/x86", 0, 10241, Size{}, false},
		{"gcp/cloud-run/l4", 0, 0, Size{4, 16 * unit.GiB}, true},
		{"gcp/cloud-run/l4", 8, 32 * unit.GiB, Size{8, 32 * unit.GiB}, true},
		{"gcp/cloud-run/l4", 2, 0, Size{}, false},
		{"gcp/cloud-run/l4", 0, 8 * unit.GiB, Size{}, false},
		{"modal/functions/l4", 0.25, 128, Size{0.25, 128}, true},
		{"modal/functions/l4", math.NaN(), 0, Size{}, false},
		{"modal/functions/l4", math.Inf(1), 0, Size{}, false},
		{"modal/functions/l4", 1e300, 0, Size{}, false},
		{"modal/functions/l4", -1, 0, Size{}, false},
	} {
		got, err := mustLookup(t, c.id, "", "").Size(c.vcpu, c.memory)
		if (err == nil) != c.ok || c.ok && got != c.want {
			t.Errorf("%s.Size(%g, %s) = %+v, %v", c.id, c.vcpu, c.memory, got, err)
		}
	}
}

func TestInstanceUsage(t *testing.T) {
	for _, c := range []struct {
		id           string
		active, idle int64
		want         Usage
	}{
		{"aws/ec2/g6.xlarge", 10, 5, Usage{NodeTime: 15}},
		{"gcp/cloud-run/l4", 10, 5, Usage{GPUTime: 15000, VCPUTime: 60000, MemoryTime: 15 * 16384}},
		{"gcp/cloud-run/request", 10, 5, Usage{VCPUTime: 10000, MemoryTime: 5120, IdleVCPUTime: 5000, IdleMemoryTime: 2560}},
		{"azure/container-apps/consumption", 10, 5, Usage{VCPUTime: 5000, MemoryTime: 10240, IdleVCPUTime: 2500, IdleMemoryTime: 5120}},
		{"baseten/dedicated/l4", 10, 5, Usage{GPUTime: 15000}},
		{"aws/sagemaker/ml.g5.xlarge", 10, 5, Usage{InstanceTime: 15}},
		{"aws/ec2/g6.xlarge", 0, 0, Usage{}},
	} {
		o := mustLookup(t, c.id, "", "")
		got, err := o.InstanceUsage(Size{o.Hardware.VCPU, o.Hardware.Memory}, c.active, c.idle)
		if err != nil || !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.id, got, err, c.want)
		}
	}
	o := mustLookup(t, "gcp/cloud-run/l4", "", "")
	for _, times := range [][2]int64{{-1, 0}, {0, -1}, {math.MaxInt64, 1}, {math.MaxInt64 / 2, 0}} {
		if u, err := o.InstanceUsage(Size{4, 16 * unit.GiB}, times[0], times[1]); err == nil {
			t.Errorf("%v ms: %v, want an error", times, u)
		}
	}
}
