// Package proxy is a service proxy in the manner of kube-proxy, in user space: it
// listens on the cluster IP of every Service and hands each TCP connection to a
// ready endpoint of its EndpointSlices.
//
// A connection to the API server goes in; Services that can be called come out. Start with Start. The
// network namespace must let every cluster IP be bound.
//
// Not supported: UDP and SCTP, node ports, session affinity, external IPs.
package proxy
