package container

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/test/lab/process"
)

// poll is the time between tries of the TCP probe.
const poll = 5 * time.Millisecond

// instance is one process and the proxy to it. Service.mu guards what is not said otherwise.
type instance struct {
	revision *revision
	settled  chan struct{} // closed when the start has succeeded or failed
	fault    error         // why it has not; valid after settled
	ready    bool
	ending   bool
	active   int // requests
	used     time.Time
	expiry   *time.Timer

	proxy *httputil.ReverseProxy // set before ready

	life    sync.Mutex // of process and stopped
	process *process.Process
	stopped bool
}

// take gives a request a place. The caller holds Service.mu.
func (i *instance) take() {
	i.active++
	if i.expiry != nil {
		i.expiry.Stop()
		i.expiry = nil
	}
}

// live runs the process from its start to its end.
func (i *instance) live() {
	defer i.revision.ended(i)
	address, err := freeAddress()
	if err == nil {
		err = i.launch(address)
	}
	if err == nil {
		err = i.probe(address)
	}
	i.revision.started(i, err)
	i.life.Lock()
	p := i.process
	i.life.Unlock()
	if p == nil {
		return
	}
	if err != nil {
		p.Kill()
	}
	<-p.Done()
	i.leave()
}

// leave takes the instance from those that get requests, and ends what still waits for an answer of it.
func (i *instance) leave() {
	s := i.revision.service
	s.mu.Lock()
	i.ready, i.ending = false, true
	s.mu.Unlock()
	if i.proxy != nil {
		i.proxy.Transport.(*http.Transport).CloseIdleConnections()
	}
}

func (i *instance) launch(address string) error {
	r := i.revision
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	variables := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/tmp", "HOST=" + host, "PORT=" + port,
		"K_SERVICE=" + r.service.config.Name, "K_CONFIGURATION=" + r.service.config.Name, "K_REVISION=" + r.name,
	}
	for name, value := range r.spec.Variables {
		variables = append(variables, name+"="+value)
	}
	i.proxy = newProxy(address, r.spec.HTTP2)
	i.life.Lock()
	defer i.life.Unlock()
	if i.stopped {
		return errors.New("stopped before its start")
	}
	i.process, err = process.Start(process.Command{
		Args: r.spec.Command, Dir: r.spec.Directory, Env: variables, Stdout: r.service.config.Logs, Stderr: r.service.config.Logs,
	})
	return err
}

// stop ends the process gracefully and waits for it.
func (i *instance) stop() {
	i.life.Lock()
	i.stopped = true
	p := i.process
	i.life.Unlock()
	if p != nil {
		p.Stop(grace)
	}
}

// probe waits until the start-up probe succeeds.
func (i *instance) probe(address string) error {
	p := i.revision.spec.Startup
	ctx, cancel := context.WithCancel(context.Background())
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-i.process.Done():
			cancel()
		case <-ctx.Done():
		}
	})
	defer watch.Wait()
	defer cancel()
	err := p.tcp(ctx, address)
	if err == nil && p.Path != "" {
		err = p.http(ctx, i.proxy.Transport, "http://"+address+p.Path)
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("the process ended before it listened on PORT=%s: %w", address, exit(i.process))
	}
	return err
}

func exit(p *process.Process) error {
	if p.Err() == nil {
		return errors.New("exit status 0")
	}
	return p.Err()
}

func (p Probe) tcp(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, p.Limit)
	defer cancel()
	for tick := time.NewTicker(poll); ; {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			tick.Stop()
			return connection.Close()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return fmt.Errorf("the start-up probe failed: nothing listens on PORT=%s within %v", address, p.Limit)
		}
	}
}

func (p Probe) http(ctx context.Context, transport http.RoundTripper, target string) error {
	var last error
	for failures := 0; failures < p.Failures; failures++ {
		if last = p.try(ctx, transport, target); last == nil {
			return nil
		}
		timer := time.NewTimer(p.Period)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
	return fmt.Errorf("the start-up probe failed %d times: %w", p.Failures, last)
}

func (p Probe) try(ctx context.Context, transport http.RoundTripper, target string) error {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 399 {
		return fmt.Errorf("GET %s: %s", target, response.Status)
	}
	return nil
}

// newProxy passes requests and streamed responses on.
func newProxy(address string, http2 bool) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		Transport:     &http.Transport{Protocols: protocols(!http2, http2), MaxIdleConnsPerHost: 1000},
		FlushInterval: -1,
		ErrorHandler:  failed,
		ErrorLog:      log.New(io.Discard, "", 0), // of answers that broke off, which the caller sees
	}
}

// failed answers for an instance that has not.
func failed(w http.ResponseWriter, r *http.Request, err error) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "Request Entity Too Large: expected at most "+strconv.FormatInt(large.Limit, 10)+" bytes over HTTP/1", http.StatusRequestEntityTooLarge)
	case errors.Is(r.Context().Err(), context.DeadlineExceeded):
		http.Error(w, "upstream request timeout", http.StatusGatewayTimeout)
	default:
		http.Error(w, "The request failed because the instance did not answer: "+err.Error(), http.StatusServiceUnavailable)
	}
}

// freeAddress is a loopback address that was free a moment ago: processes share one network here, where containers have
// one each.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("finding a port for an instance: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
