// Package node is a node of a Kubernetes cluster that runs its pods as processes of
// this machine: a small kubelet.
//
// A Spec goes in (capacity, labels, taints, images, delays); a Node object, its lease and the status of the
// pods bound to it come out at the API server, and logs and usage at the
// node's own HTTPS endpoint. Start with Start; Stop, Kill and Partition are
// the ways in which a node goes away.
//
// Each pod has an IP address out of the node's PodCIDR, but no network of its own: a
// program has to listen on $(POD_IP), which every container's environment has, not on all
// addresses. Not supported, and said so in an event of the pod: persistent volumes. Ignored:
// resource limits, users and capabilities of a security context, ephemeral containers.
package node
