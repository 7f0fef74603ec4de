// Package probe asks a container how it is, as the kubelet does: by HTTP, a TCP connection, gRPC
// or a command in the container, at the period and with the thresholds of the pod's specification.
//
// A corev1.Probe goes in with a way to reach the container; results come out as
// calls. Start with Checker for one try and Watch for a container's life.
package probe
