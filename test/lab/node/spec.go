package node

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// GPU is the name of the resource that NVIDIA's device plugin announces.
const GPU corev1.ResourceName = "nvidia.com/gpu"

// A Spec says what a node has. Fields without a value get the kubelet's defaults.
type Spec struct {
	Name string

	// PodCIDR holds the node's address, which is the first, and those of its pods.
	// Whoever starts the node sees to it that they can be bound.
	PodCIDR netip.Prefix

	// Capacity needs cpu and memory; pods defaults to 110, ephemeral-storage to 100Gi.
	Capacity corev1.ResourceList

	Labels      map[string]string
	Annotations map[string]string
	Taints      []corev1.Taint

	// Images by name. An absolute path of a program is an image, too, and needs no entry.
	Images map[string]Image
	Delays Delays
	Seed   uint64 // of the delays
	Timing Timing

	// Dir is an absolute folder for volumes, logs and writable layers. It is emptied when the node ends.
	Dir string

	// Log takes what goes wrong and nobody else is told; nil means slog.Default.
	Log *slog.Logger
}

// An Image is a program that containers name.
type Image struct {
	Size       int64    // bytes to pull
	Entrypoint []string // replaced by a container's command
	Cmd        []string // replaced by a container's args, and left out beside a command
	Env        []string // KEY=VALUE
	WorkingDir string
}

// Timing holds the periods of a kubelet.
type Timing struct {
	LeasePeriod  time.Duration // between two heartbeats; default 10 s
	LeaseLength  time.Duration // of a heartbeat's validity, in whole seconds; default 40 s
	StatusPeriod time.Duration // between two reports of the node's status; default 5 min
	VolumePeriod time.Duration // between two updates of config maps, secrets and tokens in volumes; default 1 min
	BackoffStart time.Duration // after the second crash or failed pull; doubles each time; default 10 s
	BackoffLimit time.Duration // default 5 min; a container that ran for twice as long starts anew
}

// Allocatable is what the node offers to pods: its capacity, with defaults for what is not set.
func (s Spec) Allocatable() corev1.ResourceList {
	list := corev1.ResourceList{corev1.ResourcePods: resource.MustParse("110"), corev1.ResourceEphemeralStorage: resource.MustParse("100Gi")}
	maps.Copy(list, s.Capacity.DeepCopy())
	return list
}

func (s Spec) withDefaults() Spec {
	s.Capacity = s.Allocatable()
	if s.Log == nil {
		s.Log = slog.Default()
	}
	s.Log = s.Log.With("node", s.Name)
	s.Timing = s.Timing.withDefaults()
	return s
}

func (t Timing) withDefaults() Timing {
	for _, field := range []struct {
		value   *time.Duration
		missing time.Duration
	}{
		{&t.LeasePeriod, 10 * time.Second},
		{&t.LeaseLength, 40 * time.Second},
		{&t.StatusPeriod, 5 * time.Minute},
		{&t.VolumePeriod, time.Minute},
		{&t.BackoffStart, 10 * time.Second},
		{&t.BackoffLimit, 5 * time.Minute},
	} {
		if *field.value <= 0 {
			*field.value = field.missing
		}
	}
	return t
}

// check returns every fault.
func (s Spec) check() error {
	var faults []error
	for _, fault := range validation.IsDNS1123Subdomain(s.Name) {
		faults = append(faults, fmt.Errorf("name %q: %s", s.Name, fault))
	}
	if !s.PodCIDR.Addr().Is4() || s.PodCIDR.Bits() > 30 || s.PodCIDR != s.PodCIDR.Masked() {
		faults = append(faults, fmt.Errorf("podCIDR %v: expected an IPv4 network of at most 30 bits, such as 10.244.1.0/24", s.PodCIDR))
	}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if quantity := s.Capacity[name]; quantity.Sign() <= 0 {
			faults = append(faults, fmt.Errorf("capacity: expected a positive quantity of %s", name))
		}
	}
	if !filepath.IsAbs(s.Dir) {
		faults = append(faults, fmt.Errorf("dir %q: expected an absolute path", s.Dir))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("node %s: %w", s.Name, err)
	}
	return nil
}
