// Package keda decides as KEDA does: whether a target has no replicas or at least
// one. Above that it leaves the decision to an HPA that it sets up. Start with
// Spec.Poll and Spec.HPA.
package keda
