package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"fulcrum.dev/fulcrum/test/lab/node/internal/container"
	"fulcrum.dev/fulcrum/test/lab/selfsigned"
)

// kubeletPort is where API servers expect a kubelet.
const kubeletPort = 10250

// A server is the node's HTTPS endpoint: logs for the API server, usage for a metrics server. It asks nobody who
// they are: only the laboratory's own network reaches it.
type server struct {
	node     *Node
	listener net.Listener
	http     *http.Server
}

func newServer(n *Node) (*server, error) {
	address := n.addresses.host()
	certificate, _, err := selfsigned.Certificate(n.spec.Name, address.String())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", netip.AddrPortFrom(address, kubeletPort).String())
	if err != nil {
		return nil, fmt.Errorf("address of the node: %w: the network namespace needs a local route to %v", err, n.spec.PodCIDR)
	}
	s := &server{node: n, listener: listener}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", s.logs)
	registry := prometheus.NewRegistry()
	registry.MustRegister(usageCollector{n})
	mux.Handle("GET /metrics/resource", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	s.http = &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig:   &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		BaseContext: func(net.Listener) context.Context { return n.power },
	}
	return s, nil
}

func (s *server) port() int32 { return kubeletPort }

// serve ends with the node's power.
func (s *server) serve() {
	stop := context.AfterFunc(s.node.power, func() { _ = s.http.Close() }) // as a power loss closes it
	defer stop()
	if err := s.http.ServeTLS(s.listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
		s.node.log.Error("kubelet endpoint", "error", err)
	}
}

// logs answers what the API server asks for GET …/pods/NAME/log.
func (s *server) logs(w http.ResponseWriter, r *http.Request) {
	options, err := logOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	log, err := s.log(r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container"), r.URL.Query().Get("previous") == "true")
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	if err := log.Read(r.Context(), options, flushing{w, http.NewResponseController(w)}); err != nil && r.Context().Err() == nil {
		s.node.log.Warn("sending a log", "error", err)
	}
}

// log finds that of a container.
func (s *server) log(namespace, name, containerName string, previous bool) (*container.Log, error) {
	p := s.node.find(namespace, name)
	if p == nil {
		return nil, fmt.Errorf("pod %q not found on this node", namespace+"/"+name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range slices.Concat(p.inits, p.mains) {
		switch {
		case c.spec.Name != containerName:
		case previous && c.old == nil:
			return nil, fmt.Errorf("previous terminated container %q in pod %q not found", containerName, name)
		case previous:
			return c.old, nil
		case c.log == nil:
			return nil, fmt.Errorf("container %q in pod %q is waiting to start", containerName, name)
		default:
			return c.log, nil
		}
	}
	return nil, fmt.Errorf("container %q not found in pod %q", containerName, name)
}

// logOptions reads those of the kubelet's API.
func logOptions(r *http.Request) (container.ReadOptions, error) {
	query := r.URL.Query()
	options := container.ReadOptions{
		Tail: -1, Follow: query.Get("follow") == "true", Timestamps: query.Get("timestamps") == "true",
	}
	for _, number := range []struct {
		name string
		set  func(int64)
	}{
		{"tailLines", func(n int64) { options.Tail = n }},
		{"limitBytes", func(n int64) { options.LimitBytes = n }},
		{"sinceSeconds", func(n int64) { options.Since = time.Now().Add(-secondsOf(n)) }},
	} {
		text := query.Get(number.name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return options, fmt.Errorf("%s=%s: expected a whole number of at least 0", number.name, text)
		}
		number.set(n)
	}
	if text := query.Get("sinceTime"); text != "" {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return options, fmt.Errorf("sinceTime=%s: expected a time such as 2026-01-02T15:04:05Z", text)
		}
		options.Since = t
	}
	return options, nil
}

// flushing sends each line that is followed at once.
type flushing struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (f flushing) Flush() { _ = f.control.Flush() } // a client that has left is seen at the next write
