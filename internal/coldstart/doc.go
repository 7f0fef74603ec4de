// Package coldstart forces cold starts of real targets, and records what their platforms show of them.
//
// The method that a suite gives for a target (v1alpha1.ColdStartMethod) goes in; a Forcer comes out. Its Force returns a
// record.ColdStart: what happened when, who observed it, and whether the platform itself confirmed a start. A file for each
// platform: kubernetes.go (its watch in kubernetes_watch.go, the result in kubernetes_timeline.go), lambda.go,
// cloudrun.go, idle.go. Start with Open.
//
// Restore undoes every change. Changes are always waited for, so that none takes effect after Restore.
package coldstart
