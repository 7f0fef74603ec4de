// Package scale decides how many machines, replicas or provisioned environments
// there should be where no Kubernetes controller does: by the clock (Schedule),
// by a forecast of the demand (Predictive), and by utilisation (TargetTracking).
//
// A scaler is told the demand at equal intervals, or the time, and returns a
// number within Bounds. Machines and History are what others that scale by
// demand need as well.
package scale
