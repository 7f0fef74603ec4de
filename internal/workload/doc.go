// Package workload is requests over time: it reads trace formats, generates
// traffic, scales and reshapes it, and describes it.
//
// In go readers (never paths: the caller opens files) and a v1alpha1.Traffic;
// out come Workloads, sequences of Requests in order of arrival that can be
// read any number of times in constant memory and give the same bytes each time.
// Start with Workload, then FromTraffic, which builds one from a model file.
package workload
