package main

import (
	"context"
	"net/netip"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/rest"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/node"
	"fulcrum.dev/fulcrum/test/lab/provision"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// provisioned is the part of the pods' network from which further nodes get theirs.
var provisioned = netip.MustParsePrefix("10.244.128.0/17")

// delays are as of a node with a fast network and disk, so that one sees them and need not wait long.
var delays = node.Delays{
	PullLatency: random.Constant(0.2),
	PullRate:    random.LogNormalFromQuantiles(200<<20, 0.95, 100<<20), // bytes in a second
	WeightRate:  random.LogNormalFromQuantiles(1<<30, 0.95, 500<<20),
}

// startNodes starts the nodes that there are from the beginning.
func startNodes(ctx context.Context, l *laboratory) error {
	for i, n := range []struct {
		name string
		gpus int64
	}{{"gpu-1", 2}, {"gpu-2", 2}, {"cpu-1", 0}} {
		spec, err := l.nodeSpec(ctx, n.gpus)
		if err != nil {
			return err
		}
		spec.Name, spec.Seed = n.name, uint64(i)
		spec.PodCIDR = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 244, byte(i), 0}), 24)
		spec.Dir = filepath.Join(sandbox.Scratch, "nodes", n.name)
		config, err := l.identity(n.name)
		if err != nil {
			return err
		}
		started, err := node.Start(ctx, config, spec)
		if err != nil {
			return err
		}
		l.onStop(func() error { started.Kill(); return nil })
	}
	return nil
}

// startProvisioner adds up to two nodes with two GPUs each for pods that find none, and takes them away when empty.
func startProvisioner(ctx context.Context, l *laboratory) error {
	spec, err := l.nodeSpec(ctx, 2)
	if err != nil {
		return err
	}
	p, err := provision.Start(ctx, l.cluster.Config, provision.Options{
		Pools: []provision.Pool{{
			Name: "extra", Node: spec, MaxNodes: 2, Delay: random.LogNormalFromQuantiles(8, 0.95, 15), // seconds
		}},
		Networks: provisioned, Dir: filepath.Join(sandbox.Scratch, "provisioned"), Identity: l.identity, ConsolidateAfter: 30 * time.Second,
	})
	if err != nil {
		return err
	}
	l.onStop(func() error { p.Stop(); return nil })
	return nil
}

// nodeSpec is a node without name, network and folder, which can pull what the chosen parts run.
func (l *laboratory) nodeSpec(ctx context.Context, gpus int64) (node.Spec, error) {
	spec := node.Spec{
		Capacity: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("8"), corev1.ResourceMemory: resource.MustParse("32Gi"),
		},
		Images: map[string]node.Image{}, Delays: delays,
	}
	if gpus > 0 {
		spec.Capacity[node.GPU] = *resource.NewQuantity(gpus, resource.DecimalSI)
	}
	for name, find := range commands {
		if !l.has(name) {
			continue
		}
		command, err := find(ctx)
		if err != nil {
			return node.Spec{}, err
		}
		spec.Images[name] = image(command)
	}
	return spec, nil
}

// identity is a kubelet's.
func (l *laboratory) identity(name string) (*rest.Config, error) {
	return l.cluster.Identity(cluster.NodeUser(name))
}
