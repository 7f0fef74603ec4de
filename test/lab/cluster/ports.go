package cluster

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// ports are those of the components that were free when the cluster was made.
type ports struct{ etcd, etcdPeer, api, scheduler, controllerManager uint16 }

func freePorts() (ports, error) {
	var p ports
	var listeners []net.Listener
	var errs []error
	for _, port := range []*uint16{&p.etcd, &p.etcdPeer, &p.api, &p.scheduler, &p.controllerManager} {
		l, err := net.Listen("tcp", "0.0.0.0:0")
		if err != nil {
			errs = append(errs, fmt.Errorf("looking for a free port: %w", err))
			continue
		}
		*port = netip.MustParseAddrPort(l.Addr().String()).Port()
		listeners = append(listeners, l)
	}
	// Closed only now, lest a port be given twice.
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return p, errors.Join(errs...)
}
