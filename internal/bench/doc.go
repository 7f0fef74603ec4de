// Package bench sends a load to endpoints of a model and records what became of every request.
//
// In go a v1alpha1.Suite, the workload that is its schedule, and a writer; out comes a log of record.Records. The load is
// open: a request is sent when it is due, whether or not earlier ones were answered, and how late the client was is part
// of the record. After the load come cold starts and the search for keep-alive windows. Start with Run, and with Saturate
// for the highest rate; dispatch.go is the loop that keeps the schedule. One request is the business of target and wire.
package bench
