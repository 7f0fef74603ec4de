package provision

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/test/lab/node"
)

// A Provisioner runs until it is stopped. One goroutine decides (loop.go); each node that is ordered or taken away
// has another until it has joined or left.
type Provisioner struct {
	options   Options
	client    kubernetes.Interface
	pods      corelisters.PodLister
	nodes     corelisters.NodeLister
	events    record.EventRecorder
	broadcast record.EventBroadcaster
	changed   chan struct{} // holds one mark when something has changed

	running context.Context
	stop    context.CancelFunc
	life    sync.WaitGroup

	mu       sync.Mutex
	machines map[string]*machine
	number   int        // of nodes ordered so far
	delays   *rand.Rand // draws the delays, one for each order
}

// A machine is a node of a pool from its order until it is gone.
type machine struct {
	name    string
	pool    *Pool
	node    *node.Node // nil until it has joined
	leaving bool
	seen    bool      // its object is known
	used    bool      // it has had a pod
	empty   time.Time // since when it has no pods; zero while it has
}

// Start returns when the pods and nodes of now are known.
func Start(ctx context.Context, config *rest.Config, o Options) (*Provisioner, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("provisioner: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("provisioner: %w", err)
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	p := &Provisioner{
		options: o.withDefaults(), client: client,
		pods: factory.Core().V1().Pods().Lister(), nodes: factory.Core().V1().Nodes().Lister(),
		changed: make(chan struct{}, 1), machines: map[string]*machine{},
		delays: random.New(o.Seed, random.StartUp, 0),
	}
	for _, informer := range []cache.SharedIndexInformer{factory.Core().V1().Pods().Informer(), factory.Core().V1().Nodes().Informer()} {
		if _, err := informer.AddEventHandler(p.marker()); err != nil {
			return nil, fmt.Errorf("provisioner: %w", err)
		}
	}
	p.running, p.stop = context.WithCancel(context.Background())
	factory.Start(p.running.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			p.stop()
			factory.Shutdown()
			return nil, fmt.Errorf("provisioner: listing %v: %w", kind, context.Cause(ctx))
		}
	}
	p.broadcast = record.NewBroadcaster()
	p.broadcast.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	p.events = p.broadcast.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "karpenter"})
	p.life.Go(func() {
		p.loop(p.running)
		factory.Shutdown()
	})
	return p, nil
}

func (p *Provisioner) marker() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { p.mark() },
		UpdateFunc: func(_, _ any) { p.mark() },
		DeleteFunc: func(any) { p.mark() },
	}
}

func (p *Provisioner) mark() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// Stop ends deciding and kills all nodes that it has started. Their objects stay.
func (p *Provisioner) Stop() {
	p.stop()
	p.life.Wait()
	p.broadcast.Shutdown()
	for _, m := range p.list() {
		if m.node != nil {
			m.node.Kill()
		}
	}
}

// Nodes returns the nodes that have joined and are not leaving.
func (p *Provisioner) Nodes() []*node.Node {
	var nodes []*node.Node
	for _, m := range p.list() {
		if m.node != nil && !m.leaving {
			nodes = append(nodes, m.node)
		}
	}
	return nodes
}

// list returns copies, in the order of their names.
func (p *Provisioner) list() []machine {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]machine, 0, len(p.machines))
	for _, m := range p.machines {
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b machine) int { return strings.Compare(a.name, b.name) })
	return list
}
