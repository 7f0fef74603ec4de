// Package traffic puts together the traffic that a model file describes: a trace
// or a generator, then slice, scale, repeat, priority and merge.
//
// In go a v1alpha1.Traffic and what opens files by name; out comes one Workload.
// Start with Build.
package traffic
