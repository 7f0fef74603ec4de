package proxy

import (
	"net"
	"slices"
	"strconv"

	discoveryv1 "k8s.io/api/discovery/v1"
)

// backends returns the addresses of a service's port, sorted: of ready endpoints or, when there is none, of those
// that serve while they terminate.
func backends(list []*discoveryv1.EndpointSlice, portName string) []string {
	var ready, terminating []string
	for _, slice := range list {
		number := portNumber(slice, portName)
		if number == 0 {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			if len(endpoint.Addresses) == 0 {
				continue
			}
			address := net.JoinHostPort(endpoint.Addresses[0], strconv.Itoa(int(number)))
			switch c := endpoint.Conditions; {
			case c.Ready == nil || *c.Ready: // unknown counts as ready
				ready = append(ready, address)
			case c.Serving != nil && *c.Serving && c.Terminating != nil && *c.Terminating:
				terminating = append(terminating, address)
			}
		}
	}
	if len(ready) == 0 {
		ready = terminating
	}
	slices.Sort(ready)
	return slices.Compact(ready)
}

func portNumber(slice *discoveryv1.EndpointSlice, name string) int32 {
	for _, port := range slice.Ports {
		if port.Port != nil && (port.Name == nil && name == "" || port.Name != nil && *port.Name == name) {
			return *port.Port
		}
	}
	return 0
}
