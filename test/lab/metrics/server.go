package metrics

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"fulcrum.dev/fulcrum/test/lab/selfsigned"
)

// Options are of a Server.
type Options struct {
	// Address is where to listen: one that the API server reaches and Kubernetes accepts in an EndpointSlice, which
	// rules out loopback.
	Address netip.Addr

	// ResourcePeriod is the time between two readings of the nodes; metrics-server's is 15 s, the default.
	ResourcePeriod time.Duration

	// CustomPeriod is the time between two scrapes of the pods; 15 s if zero. Rates of counters are over
	// the time between two scrapes.
	CustomPeriod time.Duration

	// Log takes what goes wrong; nil means slog.Default.
	Log *slog.Logger
}

// A Server runs until it is stopped.
type Server struct {
	options  Options
	log      *slog.Logger
	client   kubernetes.Interface
	listener net.Listener
	http     *http.Server

	resources *resources
	custom    *custom
	external  *External

	stop context.CancelFunc
	life sync.WaitGroup
}

// Start returns when all three APIs answer through the API server.
func Start(ctx context.Context, config *rest.Config, o Options) (*Server, error) {
	s, authority, err := newServer(config, o)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	life, stop := context.WithCancel(context.Background())
	s.stop = stop
	factory := informers.NewSharedInformerFactory(s.client, 0)
	pods, nodes := factory.Core().V1().Pods().Lister(), factory.Core().V1().Nodes().Lister()
	s.resources, s.custom = newResources(pods, nodes, s.log), newCustom(pods, s.log)
	factory.Start(life.Done())
	s.life.Go(s.serve)
	for _, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			s.Stop()
			return nil, fmt.Errorf("metrics: listing pods and nodes: %w", context.Cause(ctx))
		}
	}
	s.life.Go(func() { every(life, s.options.ResourcePeriod, s.resources.scrape) })
	s.life.Go(func() { every(life, s.options.CustomPeriod, s.custom.scrape) })
	s.life.Go(func() {
		<-life.Done()
		factory.Shutdown()
	})
	if err := register(ctx, config, s.client, s.addrPort(), authority); err != nil {
		s.Stop()
		return nil, fmt.Errorf("registering the metrics APIs: %w", err)
	}
	return s, nil
}

func newServer(config *rest.Config, o Options) (*Server, []byte, error) {
	for _, period := range []*time.Duration{&o.ResourcePeriod, &o.CustomPeriod} {
		if *period <= 0 {
			*period = 15 * time.Second
		}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, err
	}
	certificate, authority, err := selfsigned.Certificate(serviceName + "." + serviceNamespace + ".svc")
	if err != nil {
		return nil, nil, err
	}
	listener, err := net.Listen("tcp", netip.AddrPortFrom(o.Address, 0).String())
	if err != nil {
		return nil, nil, err
	}
	s := &Server{options: o, log: o.Log, client: client, listener: listener, external: newExternal()}
	s.http = &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	return s, authority, nil
}

// External is where the numbers of the external metrics API are set.
func (s *Server) External() *External { return s.external }

// Stop ends serving and scraping; the APIs stay registered, and are not available.
func (s *Server) Stop() {
	s.stop()
	_ = s.http.Close() // whatever is in flight is lost
	s.life.Wait()
}

func (s *Server) serve() {
	if err := s.http.ServeTLS(s.listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
		s.log.Error("metrics endpoint", "error", err)
	}
}

func (s *Server) addrPort() netip.AddrPort {
	return netip.MustParseAddrPort(s.listener.Addr().String())
}

// every calls at once and after every period, until the context ends.
func every(ctx context.Context, period time.Duration, call func(context.Context)) {
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		call(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
