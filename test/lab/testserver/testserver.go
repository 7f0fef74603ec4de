// Package testserver is a small server that tests run as a pod: it stands for a model server.
//
// A test binary is its own image: it calls Main first thing in TestMain, which serves when the first argument is
// Argument, and else returns. Handlers show what the process sees (environment, files), let it be slow, busy,
// unready or end, and /metrics counts requests in flight.
package testserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// Argument is the first of the server's command line.
const Argument = "testserver"

// Port is where it listens on $POD_IP, unless $PORT says otherwise.
const Port = 8080

// Main serves and exits when the command line asks for it; otherwise it returns.
func Main() {
	if len(os.Args) < 2 || os.Args[1] != Argument {
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

type server struct {
	unready, dead atomic.Bool
	inFlight      atomic.Int64
	served        atomic.Int64
}

// serve ends with SIGTERM, after the requests that are in flight.
func serve() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	port := os.Getenv("PORT")
	if port == "" {
		port = strconv.Itoa(Port)
	}
	s := &http.Server{Addr: net.JoinHostPort(os.Getenv("POD_IP"), port), Handler: new(server).handler(), ReadHeaderTimeout: 10 * time.Second}
	drained := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		fmt.Println("draining")
		drained <- s.Shutdown(context.Background())
	})
	fmt.Println("serving on", s.Addr)
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-drained
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.unready.Load()) })
	mux.HandleFunc("/live", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.dead.Load()) })
	mux.HandleFunc("/unready", func(_ http.ResponseWriter, r *http.Request) { s.unready.Store(r.FormValue("on") == "true") })
	mux.HandleFunc("/die", func(http.ResponseWriter, *http.Request) { s.dead.Store(true) })
	mux.HandleFunc("/name", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getenv("HOSTNAME")) })
	mux.HandleFunc("/env", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getenv(r.FormValue("name"))) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, r.FormValue("path")) })
	mux.HandleFunc("/exit", func(_ http.ResponseWriter, r *http.Request) { os.Exit(int(milliseconds(r) / time.Millisecond)) })
	mux.HandleFunc("/infer", s.infer)
	mux.HandleFunc("/burn", burn)
	mux.HandleFunc("/metrics", s.metrics)
	return mux
}

func answer(w http.ResponseWriter, bad bool) {
	if bad {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// milliseconds is the parameter of the requests that take one.
func milliseconds(r *http.Request) time.Duration {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Millisecond
}

// infer is in flight for n milliseconds, or until the client leaves.
func (s *server) infer(w http.ResponseWriter, r *http.Request) {
	s.inFlight.Add(1)
	defer s.inFlight.Add(-1)
	select {
	case <-time.After(milliseconds(r)):
		s.served.Add(1)
		fmt.Fprint(w, os.Getenv("HOSTNAME"))
	case <-r.Context().Done():
	}
}

// burn uses a core for n milliseconds, or until the client leaves.
func burn(_ http.ResponseWriter, r *http.Request) {
	for end := time.Now().Add(milliseconds(r)); time.Now().Before(end) && r.Context().Err() == nil; {
		for range 1_000_000 { // work that is no system call
		}
	}
}

func (s *server) metrics(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, "# TYPE requests_in_flight gauge\nrequests_in_flight %d\n", s.inFlight.Load())
	fmt.Fprintf(w, "# TYPE requests_total counter\nrequests_total{code=\"200\"} %d\n", s.served.Load())
}
