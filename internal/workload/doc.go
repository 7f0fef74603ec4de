// Package workload is requests over time: what a sequence of them is, and the
// operations that scale and reshape it, describe it and count it.
//
// In go Workloads, which the packages below this one read from traces and
// generate; out come Workloads, sequences of Requests in order of arrival that
// can be read any number of times in constant memory and give the same bytes
// each time. The package knows no file formats and no model file. Start with
// Workload; sources.go says what a source of requests can offer beside it.
//
//   - rows reads the lines of files, and says which cannot be read;
//   - sizes draws what requests ask for;
//   - generate makes arrivals up;
//   - trace reads recorded ones;
//   - traffic puts all of it together as a model file says.
package workload
