package container

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"time"
)

// Limits of Cloud Run ("Quotas and limits", 2026-11).
const (
	maxRequest   = 32 << 20 // bytes of a request over HTTP/1; HTTP/2 has none
	maxTimeout   = time.Hour
	grace        = 10 * time.Second // between SIGTERM and SIGKILL
	queueTimeout = 10 * time.Second
	maxQueue     = 1000 // requests that wait for an instance; ours, so that memory is bounded
)

// Config is a service. Only Name is needed.
type Config struct {
	Name string // lower-case letters, digits and dashes; K_SERVICE
	Addr string // of the proxy; "127.0.0.1:0" when empty

	// Who may call. Without an Issuer everybody may ("allow unauthenticated").
	Issuer    *Issuer
	Audiences []string // that an ID token may be for, beside the service's URL
	Invokers  []string // e-mail addresses that hold the role of an invoker; empty is whoever has a token

	// How long a request waits for an instance. When 0, Cloud Run's rule: 10 s, or 3.5 times the revision's mean start-up
	// time if that is more.
	QueueTimeout time.Duration
	Logs         *os.File // what instances write; nil discards it
}

// Revision is what a deployment runs. Command is needed; zero values are Cloud Run's defaults.
type Revision struct {
	Command   []string
	Directory string
	Variables map[string]string // beside PORT, K_SERVICE, K_REVISION, K_CONFIGURATION, PATH and HOME

	Concurrency  int           // requests in an instance at the same time; 80 when 0
	MinInstances int           // kept while the revision gets traffic
	MaxInstances int           // 100 when 0
	Timeout      time.Duration // of a request, its wait included; 5 min when 0
	IdleHold     time.Duration // until an instance without a request ends; 15 min when 0
	HTTP2        bool          // the process speaks HTTP/2 without TLS, and nothing else
	Startup      Probe
}

// Probe is the start-up probe: the port is open, and with a Path a GET of it then gives a status from 200 to 399.
type Probe struct {
	Path     string
	Period   time.Duration // between tries of HTTP; 10 s when 0. TCP is tried all the time
	Timeout  time.Duration // of a try of HTTP; 1 s when 0
	Failures int           // of HTTP in a row after which the instance is given up; 3 when 0
	Limit    time.Duration // of TCP; 4 min when 0
}

var serviceName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,48}$`)

func (c Config) withDefaults() Config {
	c.Addr = cmp.Or(c.Addr, "127.0.0.1:0")
	return c
}

func (r Revision) withDefaults() Revision {
	r.Concurrency = cmp.Or(r.Concurrency, 80)
	r.MaxInstances = cmp.Or(r.MaxInstances, 100)
	r.Timeout = cmp.Or(r.Timeout, 5*time.Minute)
	r.IdleHold = cmp.Or(r.IdleHold, 15*time.Minute)
	r.Startup.Period = cmp.Or(r.Startup.Period, 10*time.Second)
	r.Startup.Timeout = cmp.Or(r.Startup.Timeout, time.Second)
	r.Startup.Failures = cmp.Or(r.Startup.Failures, 3)
	r.Startup.Limit = cmp.Or(r.Startup.Limit, 4*time.Minute)
	return r
}

func (r Revision) check() error {
	switch {
	case len(r.Command) == 0:
		return errors.New("revision: Command is empty; expected the program to run and its arguments")
	case r.Concurrency < 1 || r.Concurrency > 1000:
		return fmt.Errorf("revision: Concurrency is %d; expected 1 to 1000", r.Concurrency)
	case r.MinInstances < 0 || r.MaxInstances < 1 || r.MinInstances > r.MaxInstances:
		return fmt.Errorf("revision: MinInstances %d, MaxInstances %d; expected 0 <= minimum <= maximum", r.MinInstances, r.MaxInstances)
	case r.Timeout < 0 || r.Timeout > maxTimeout:
		return fmt.Errorf("revision: Timeout is %v; expected at most %v", r.Timeout, maxTimeout)
	case r.IdleHold < 0:
		return fmt.Errorf("revision: IdleHold is %v; expected a time", r.IdleHold)
	}
	return nil
}
