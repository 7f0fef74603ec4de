// Package policy holds every decision that is made both in simulation and in
// production: how many replicas, nodes or provisioned environments there should
// be, and which home takes a request.
//
// Each decision is a plain function of a snapshot, the decider's own memory and
// a time that is passed in, so that the simulator and a live system run the
// same code. Start with HPASpec, KPA and KEDA for pods, ClusterAutoscaler and
// Karpenter for nodes, TargetTracking for provisioned concurrency, Schedule and
// Predictive for either, and Router for requests. MArk, Spock, LIBRA, Cackle,
// SpotHedge and IdleHistogram are published baselines to compare with.
package policy
