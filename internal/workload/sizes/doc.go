// Package sizes draws what requests ask for: tokens and service times, from
// distributions or from a file of observed ones.
//
// In go the sizes of a model file and a seed; out come Workloads whose requests
// have sizes. Start with New, then Sampler.Give.
package sizes
