// Package policy holds every decision that is made both in simulation and in
// production: for now, how many replicas a Kubernetes HorizontalPodAutoscaler
// asks for.
//
// Each decision is a plain function of a snapshot, the decider's own memory and
// a time that is passed in, so that the simulator and a live system run the
// same code. Start with HPA.
package policy
