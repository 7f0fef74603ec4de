// Package target asks endpoints: over HTTP, by the OpenAI protocols and the Open Inference Protocol, by gRPC, and in
// invocations of AWS Lambda functions. It makes the requests, signs them, reads the answers, and decides how each
// exchange ended.
//
// In go a v1alpha1.Target and its Access (credentials, certificates); out comes, for each request, a record.Record with
// its times and its kind. Start with Open and Target.Exchange: exchange.go is one exchange over HTTP, lambda.go what an
// invocation adds to it, grpc.go one by gRPC; reply.go and stream.go say what a right answer is, classify.go what an error
// is.
package target
