package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"fulcrum.dev/fulcrum/test/lab/cluster"
)

// parts are what the laboratory consists of, in the order in which they are started, as later ones use earlier ones.
// They are stopped in reverse. A further one is a line here and a file beside this one, with a function that starts it,
// exposes its endpoints (laboratory.expose) and says how it is stopped (laboratory.onStop).
var parts = []part{
	{"the control plane", startControlPlane},
}

type part struct {
	name  string
	start func(context.Context, *laboratory) error
}

// laboratory is what the parts share.
type laboratory struct {
	options    cluster.Options
	cluster    *cluster.Cluster
	kubeconfig string // its path outside
	endpoints  []endpoint

	outside []net.Listener // on 127.0.0.1 of the machine, each for one endpoint
	stops   []func() error
}

// endpoint is an address of the laboratory, as a URL: outside, on the machine, and inside.
type endpoint struct{ name, outside, inside string }

// onStop registers how a part is stopped.
func (l *laboratory) onStop(stop func() error) { l.stops = append(l.stops, stop) }

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
