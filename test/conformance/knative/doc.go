// Package knative holds no code but tests: they drive the autoscaler of
// knative.dev/serving and the KPA of internal/policy with the same samples and
// the same ready pods on a virtual clock, and compare every decision.
//
// It is a module of its own, so that nothing else depends on Knative. Start with
// TestDecisions. One series alone, with all that led to its first difference:
//
//	go test -run TestDecisions -args -series 1234
package knative
