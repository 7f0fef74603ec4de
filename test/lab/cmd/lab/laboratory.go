package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"

	"k8s.io/client-go/kubernetes"

	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/lambda"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// laboratory is what the parts share.
type laboratory struct {
	options cluster.Options
	chosen  []part

	cluster    *cluster.Cluster // nil without a control plane
	client     kubernetes.Interface
	kubeconfig string // its path outside
	functions  *lambda.Host
	keys       string // the path outside of the file with the keys to functions
	adminToken string // access token of the Admin API of containers

	outside   []net.Listener // on 127.0.0.1 of the machine, each for one endpoint
	endpoints []endpoint
	hints     []string                      // commands to try
	variables []string                      // NAME=VALUE, of programs that run inside
	waits     []func(context.Context) error // for what was started and is not there yet
	rousing   []func(context.Context) error // make an instance start that would not before the first request
	stops     []func() error
}

// endpoint is an address of the laboratory, as a URL: outside, on the machine, and inside.
type endpoint struct{ name, outside, inside string }

// logFile has what parts log.
var logFile = filepath.Join(sandbox.Scratch, "lab.log")

// has says whether a part is among the chosen ones.
func (l *laboratory) has(name string) bool { return slices.Contains(names(l.chosen), name) }

// onStop registers how a part is stopped.
func (l *laboratory) onStop(stop func() error) { l.stops = append(l.stops, stop) }

// await registers what has to come about before the laboratory is up.
func (l *laboratory) await(wait func(context.Context) error) { l.waits = append(l.waits, wait) }

// try registers commands for the user, to be run outside.
func (l *laboratory) try(commands ...string) { l.hints = append(l.hints, commands...) }

// stop stops all parts that were started, last first.
func (l *laboratory) stop() error {
	var errs []error
	for i := len(l.stops) - 1; i >= 0; i-- {
		errs = append(errs, l.stops[i]())
	}
	for _, o := range l.outside {
		errs = append(errs, o.Close())
	}
	return errors.Join(errs...)
}

// died is of a control plane's component that ended; without one nothing comes.
func (l *laboratory) died() <-chan error {
	if l.cluster == nil {
		return nil
	}
	return l.cluster.Died()
}

// expose makes an address inside, as "IP:PORT", reachable from outside, adds both to the endpoints, and returns the URL
// outside.
func (l *laboratory) expose(name, scheme, address string) (string, error) {
	if len(l.outside) == 0 {
		return "", fmt.Errorf("exposing %s: all %d ports are in use; raise outsidePorts", name, outsidePorts)
	}
	listener := l.outside[0]
	l.outside = l.outside[1:]
	l.onStop(forward(listener, address))
	url := scheme + "://" + listener.Addr().String()
	l.endpoints = append(l.endpoints, endpoint{name: name, outside: url, inside: scheme + "://" + address})
	return url, nil
}
