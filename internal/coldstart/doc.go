// Package coldstart brings cold starts of real targets about, and sees what their platforms show of them.
//
// In goes what a suite says of a target (v1alpha1.ColdStartMethod), out comes a Forcer, whose Force returns a
// record.ColdStart: what happened when, who saw it, and whether the platform itself showed a start. A file for each
// platform: kubernetes.go (its watch in kubernetes_watch.go, what it adds up to in kubernetes_sight.go), lambda.go,
// cloudrun.go, idle.go. Start with Open.
//
// What is changed is changed back by Restore. A change is always waited for, so that none arrives after that.
package coldstart
