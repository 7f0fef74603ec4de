package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"
)

// A Node runs until it is stopped or killed.
type Node struct {
	spec      Spec
	client    kubernetes.Interface
	link      *link
	log       *slog.Logger
	events    record.EventRecorder
	broadcast record.EventBroadcaster

	dice      *dice
	images    *images
	addresses *addresses
	devices   *devices
	server    *server

	power    context.Context
	powerOff context.CancelFunc
	life     sync.WaitGroup // of all goroutines
	once     sync.Once      // of Kill

	mu       sync.Mutex
	pods     map[types.UID]*pod
	draining bool // no pod is taken any more
}

// Start registers the node with the API server that the config names and takes pods. It returns when the node
// is registered; the scheduler uses it when the control plane has taken away
// the taint node.kubernetes.io/not-ready. The context is for registering only.
func Start(ctx context.Context, config *rest.Config, spec Spec) (*Node, error) {
	spec = spec.withDefaults()
	if err := spec.check(); err != nil {
		return nil, err
	}
	n, err := newNode(config, spec)
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", spec.Name, err)
	}
	if err := n.register(ctx); err != nil {
		n.Kill()
		return nil, fmt.Errorf("registering node %s: %w", spec.Name, err)
	}
	n.life.Go(n.heartbeat)
	n.life.Go(n.reportStatus)
	n.life.Go(n.watch)
	return n, nil
}

func newNode(config *rest.Config, spec Spec) (*Node, error) {
	link := newLink()
	client, err := link.client(config)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(spec.Dir, 0o755); err != nil {
		return nil, err
	}
	n := &Node{
		spec: spec, client: client, link: link, log: spec.Log,
		dice: newDice(spec.Delays, spec.Seed), addresses: newAddresses(spec.PodCIDR), devices: newDevices(spec.Capacity),
		pods: map[types.UID]*pod{},
	}
	n.images = newImages(spec.Images, n.dice)
	n.power, n.powerOff = context.WithCancel(context.Background())
	if n.server, err = newServer(n); err != nil {
		n.powerOff()
		return nil, err
	}
	n.life.Go(n.server.serve)
	n.broadcast = record.NewBroadcaster()
	n.broadcast.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	n.events = n.broadcast.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet", Host: spec.Name})
	return n, nil
}

// Name is that of the Node object.
func (n *Node) Name() string { return n.spec.Name }

// Kill is a loss of power: all processes are killed and heartbeats end; nothing is reported, and the
// objects stay as they are. It returns when nothing of the node runs any more.
func (n *Node) Kill() {
	n.link.cut()
	n.powerOff()
	n.life.Wait()
	n.once.Do(func() {
		n.broadcast.Shutdown()
		if err := os.RemoveAll(n.spec.Dir); err != nil {
			n.log.Error("removing the files of a node", "error", err)
		}
	})
}

// Stop is a shutdown: every pod is ended within its own grace or the given one, whichever is shorter, and reported
// as failed with the reason Terminated. The Node object stays, reported as not ready. The error is the context's; the node is
// off all the same.
func (n *Node) Stop(ctx context.Context, grace time.Duration) error {
	n.mu.Lock()
	n.draining = true
	var pods []*pod
	for _, p := range n.pods {
		pods = append(pods, p)
	}
	n.mu.Unlock()
	for _, p := range pods {
		p.stop("Terminated", "Pod was terminated in response to imminent node shutdown.", min(grace, p.stopGrace()))
	}
	var faults []error
	for _, p := range pods {
		faults = append(faults, p.quiet(ctx))
	}
	faults = append(faults, n.announce(ctx, corev1.ConditionFalse, "KubeletNotReady", "node is shutting down"))
	n.Kill()
	return errors.Join(faults...)
}

// Partition cuts the node's connections to the API server, or heals them. Its pods run on.
func (n *Node) Partition(cut bool) {
	if cut {
		n.link.cut()
	} else {
		n.link.heal()
	}
}
