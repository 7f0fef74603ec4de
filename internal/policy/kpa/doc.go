// Package kpa decides as a Knative Pod Autoscaler does.
//
// Samples of the metric go into a State (Spec.Record), which gives a Decision
// every Tick (Spec.Decide); the Revision that is scaled makes a Scale of it
// (Spec.Reconcile): the number of pods within the bounds and on the way to zero.
// All times are passed in.
package kpa
