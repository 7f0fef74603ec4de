// Package trace reads recorded requests, counts and rates in the formats that
// Formats lists.
//
// In go the trace of a model file, what opens files by name, and a seed for
// what a trace does not record; out come Workloads, whose Info.Notes say what had
// to be assumed. Start with Read; detect.go tells the formats apart, and each has
// a file of its name.
package trace
