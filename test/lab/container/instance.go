package container

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/test/lab/process"
)

// instance is one process and the proxy to it. Service.mu guards what is not said otherwise.
type instance struct {
	revision *revision
	begun    time.Time
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
