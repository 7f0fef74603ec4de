package proxy

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// A Proxy runs until it is stopped.
type Proxy struct {
	log      *slog.Logger
	services corelisters.ServiceLister
	slices   discoverylisters.EndpointSliceLister
	changed  chan struct{} // holds one mark when there is something new

	stop context.CancelFunc
	life sync.WaitGroup

	ports map[frontend]*port // of the goroutine that follows changes
}

// Start returns when the services and endpoints of now are known and served. A nil log means slog.Default.
func Start(ctx context.Context, config *rest.Config, log *slog.Logger) (*Proxy, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("service proxy: %w", err)
	}
	if log == nil {
		log = slog.Default()
	}
	return start(ctx, client, log)
}

func start(ctx context.Context, client kubernetes.Interface, log *slog.Logger) (*Proxy, error) {
	factory := informers.NewSharedInformerFactory(client, 0)
	services, slices := factory.Core().V1().Services(), factory.Discovery().V1().EndpointSlices()
	p := &Proxy{
		log: log, services: services.Lister(), slices: slices.Lister(),
		changed: make(chan struct{}, 1), ports: map[frontend]*port{},
	}
	for _, informer := range []cache.SharedIndexInformer{services.Informer(), slices.Informer()} {
		if _, err := informer.AddEventHandler(p.marker()); err != nil {
			return nil, fmt.Errorf("service proxy: %w", err)
		}
	}
	life, stop := context.WithCancel(context.Background())
	p.stop = stop
	factory.Start(life.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			stop()
			factory.Shutdown()
			return nil, fmt.Errorf("service proxy: listing %v: %w", kind, context.Cause(ctx))
		}
	}
	p.sync(life)
	p.life.Go(func() {
		p.follow(life)
		factory.Shutdown()
	})
	return p, nil
}

// Stop closes every listener and connection, and returns when all are.
func (p *Proxy) Stop() {
	p.stop()
	p.life.Wait()
}

func (p *Proxy) marker() cache.ResourceEventHandler {
	mark := func() {
		select {
		case p.changed <- struct{}{}:
		default:
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { mark() },
		UpdateFunc: func(_, _ any) { mark() },
		DeleteFunc: func(any) { mark() },
	}
}

func (p *Proxy) follow(ctx context.Context) {
	for {
		select {
		case <-p.changed:
			p.sync(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// sync makes what is served equal to what the API server holds.
func (p *Proxy) sync(ctx context.Context) {
	services, err := p.services.List(labels.Everything())
	if err != nil {
		p.log.Error("service proxy", "error", err)
		return
	}
	wanted := map[frontend][]string{}
	for _, service := range services {
		p.collect(service, wanted)
	}
	for at, port := range p.ports {
		// Nobody listens where there is no endpoint: callers are refused, as kube-proxy refuses them.
		// Open connections stay, so that endpoints that are going away can drain.
		if len(wanted[at]) == 0 {
			port.close()
			delete(p.ports, at)
		}
	}
	for at, backends := range wanted {
		if len(backends) > 0 {
			p.serve(ctx, at, backends)
		}
	}
}

// collect adds the ports of a service with the addresses behind them.
func (p *Proxy) collect(service *corev1.Service, wanted map[frontend][]string) {
	ip := service.Spec.ClusterIP
	if ip == "" || ip == corev1.ClusterIPNone || service.Spec.Type == corev1.ServiceTypeExternalName {
		return
	}
	selector := labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service.Name})
	slices, err := p.slices.EndpointSlices(service.Namespace).List(selector)
	if err != nil {
		p.log.Error("service proxy", "service", service.Namespace+"/"+service.Name, "error", err)
		return
	}
	for _, port := range service.Spec.Ports {
		if port.Protocol == corev1.ProtocolTCP || port.Protocol == "" {
			wanted[frontend{ip, port.Port}] = backends(slices, port.Name)
		}
	}
}

func (p *Proxy) serve(ctx context.Context, at frontend, backends []string) {
	open, known := p.ports[at]
	if !known {
		var err error
		if open, err = listen(ctx, at, p.log, &p.life); err != nil {
			p.log.Error("service proxy", "error", err)
			return
		}
		p.ports[at] = open
	}
	open.set(backends)
}
