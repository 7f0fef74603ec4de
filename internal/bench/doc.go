// Package bench sends a load to endpoints of a model and records what became of every request.
//
// In go a v1alpha1.Suite, the workload that is its schedule, and a writer; out comes a log of record.Records. The load is
// open: a request is sent when it is due, whether or not earlier ones were answered, and how late the client was is part
// of the record. Start with Run, and with Saturate for the highest rate; dispatch.go is the loop that keeps the schedule,
// exchange.go one request over HTTP, lambda.go one in an invocation, grpc.go one by gRPC. transport.go is what carries
// HTTP (http1.go for HTTP/1.1, transport_standard.go for HTTP/2), standby.go the fast way for requests that are all the
// same.
package bench
