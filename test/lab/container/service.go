package container

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Service is one URL with the revisions behind it. Its methods may be called concurrently.
type Service struct {
	config   Config
	listener net.Listener
	server   *http.Server
	stop     context.CancelFunc
	work     sync.WaitGroup // serving, requests, and instances that start, run or end

	mu        sync.Mutex
	closed    bool
	revisions []*revision
	shares    []*share
}

// New makes a service that does not listen yet.
func New(c Config) *Service { return &Service{config: c.withDefaults()} }

// Start listens and serves until Close, or until ctx ends. Without a revision, requests get 404.
func (s *Service) Start(ctx context.Context) error {
	if !serviceName.MatchString(s.config.Name) {
		return fmt.Errorf("starting a service: name %q; expected a lower-case letter, then up to 48 letters, digits and dashes", s.config.Name)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.Addr)
	if err != nil {
		return fmt.Errorf("starting service %s: %w", s.config.Name, err)
	}
	s.listener = listener
	s.server = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second, Protocols: protocols(true, true)}
	running, stop := context.WithCancel(ctx)
	s.stop = stop
	s.work.Go(func() { _ = s.server.Serve(listener) }) // ends with ErrServerClosed
	s.work.Go(func() {
		<-running.Done()
		s.shut()
		_ = s.server.Close() // ends requests that instances do not answer any more
	})
	return nil
}

// Close stops every instance, gracefully for at most ten seconds, and waits until they are gone.
func (s *Service) Close() {
	if s.server == nil {
		return
	}
	s.stop()
	s.work.Wait()
}

// shut lets no instance start any more, and stops those that there are.
func (s *Service) shut() {
	s.mu.Lock()
	s.closed = true
	var stopping sync.WaitGroup
	for _, r := range s.revisions {
		r.refuse(&refusal{http.StatusServiceUnavailable, "The service is closing."})
		for i := range r.instances {
			stopping.Go(i.stop)
		}
	}
	s.mu.Unlock()
	stopping.Wait()
}

// URL is where the service is called, and the default audience of its ID tokens.
func (s *Service) URL() string { return "http://" + s.listener.Addr().String() }

// Instances says how many instances of a revision there are, starting ones included.
func (s *Service) Instances(revision string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.revisions {
		if r.name == revision {
			return len(r.instances)
		}
	}
	return 0
}

// enter counts a request in, unless the service is closed.
func (s *Service) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.work.Add(1)
	}
	return !s.closed
}

// serve is the way of a request.
func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		http.Error(w, "The service is closing.", http.StatusServiceUnavailable)
		return
	}
	defer s.work.Done()
	if !s.authorized(w, r) {
		return
	}
	revision := s.route()
	if revision == nil {
		http.Error(w, "The requested URL was not found on this server: no revision serves.", http.StatusNotFound)
		return
	}
	if r.ProtoMajor == 1 {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	}
	ctx, cancel := context.WithTimeout(r.Context(), revision.spec.Timeout)
	defer cancel()
	instance, refused := revision.acquire(ctx)
	if refused != nil {
		http.Error(w, refused.message, refused.status)
		return
	}
	defer revision.release(instance)
	instance.proxy.ServeHTTP(w, r.WithContext(ctx))
}

func protocols(one, two bool) *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(one)
	p.SetUnencryptedHTTP2(two)
	return p
}
