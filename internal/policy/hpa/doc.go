// Package hpa decides as a Kubernetes HorizontalPodAutoscaler does.
//
// A Spec is given a State that the caller keeps, a Snapshot of the replicas and
// their metrics, and a time, and returns the number of replicas: start with
// Spec.Decide. It does not know whether it is simulated. The files follow the
// controller's: metrics to proposals (replicas.go, pods.go, pod.go), proposals to
// stable ones (state.go), and those to what the behavior allows (limit.go).
package hpa
