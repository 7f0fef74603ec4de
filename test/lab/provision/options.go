package provision

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/rest"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/test/lab/node"
)

// PoolLabel names a node's pool, as Karpenter does.
const PoolLabel = "karpenter.sh/nodepool"

// A Pool is a kind of node.
type Pool struct {
	Name string

	// Node is what each has; name, network, folder and seed are the provisioner's to give.
	Node node.Spec

	// Delay is the time in seconds from the order of a node to its joining the cluster; nil means none.
	Delay random.Dist

	// MaxNodes and MaxGPUs are the quota; 0 means none.
	MaxNodes int
	MaxGPUs  int64
}

// Options are of a Provisioner.
type Options struct {
	// Pools are tried in this order.
	Pools []Pool

	// Networks is divided into a /24 for each node; they are not used again before all others were.
	Networks netip.Prefix

	// Dir is an absolute folder for the nodes.
	Dir string

	// Identity returns the client configuration of a node's kubelet.
	Identity func(name string) (*rest.Config, error)

	// BatchIdle and BatchMax say when to decide: when no further pod has become unschedulable for BatchIdle, and at
	// the latest BatchMax after the first one. Karpenter's 1 s and 10 s if zero.
	BatchIdle, BatchMax time.Duration

	// ConsolidateAfter is how long a node has to be empty before it is taken away; negative means never, zero at once.
	ConsolidateAfter time.Duration

	// Seed of the delays, and of those of the nodes.
	Seed uint64

	// Log takes what goes wrong; nil means slog.Default.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.BatchIdle <= 0 {
		o.BatchIdle = time.Second
	}
	if o.BatchMax <= 0 {
		o.BatchMax = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

func (o Options) check() error {
	var faults []error
	names := map[string]bool{}
	for _, p := range o.Pools {
		for _, fault := range validation.IsDNS1123Label(p.Name) {
			faults = append(faults, fmt.Errorf("pool %q: name: %s", p.Name, fault))
		}
		if names[p.Name] {
			faults = append(faults, fmt.Errorf("pool %q: expected a name that no other pool has", p.Name))
		}
		names[p.Name] = true
	}
	if len(o.Pools) == 0 {
		faults = append(faults, errors.New("pools: expected at least one"))
	}
	if !o.Networks.IsValid() || !o.Networks.Addr().Is4() || o.Networks.Bits() > 24 {
		faults = append(faults, fmt.Errorf("networks %v: expected an IPv4 network of at most 24 bits, such as 10.244.128.0/17", o.Networks))
	}
	if !filepath.IsAbs(o.Dir) {
		faults = append(faults, fmt.Errorf("dir %q: expected an absolute path", o.Dir))
	}
	if o.Identity == nil {
		faults = append(faults, errors.New("identity: expected a function"))
	}
	return errors.Join(faults...)
}

// template is the Node object as it will be, for the choice of a node.
func (p *Pool) template() *corev1.Node {
	n := &corev1.Node{}
	n.Labels = map[string]string{
		PoolLabel: p.Name, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64",
	}
	maps.Copy(n.Labels, p.Node.Labels)
	n.Spec.Taints = p.Node.Taints
	n.Status.Allocatable = p.Node.Allocatable()
	return n
}

func (p *Pool) gpus() int64 {
	quantity := p.Node.Capacity[node.GPU]
	return quantity.Value()
}

// room says whether the quota allows one node more than there are.
func (p *Pool) room(nodes int) error {
	switch {
	case p.MaxNodes > 0 && nodes+1 > p.MaxNodes:
		return fmt.Errorf("pool %s: limit of %d nodes reached", p.Name, p.MaxNodes)
	case p.MaxGPUs > 0 && int64(nodes+1)*p.gpus() > p.MaxGPUs:
		return fmt.Errorf("pool %s: limit of %d GPUs reached", p.Name, p.MaxGPUs)
	}
	return nil
}
