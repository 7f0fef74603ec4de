// Package wire carries HTTP requests to one server with as little time and CPU of its own as possible, and says when what
// happened to each of them.
//
// In go an http.Request and an ExchangeTrace; out come the response and the times in the trace. http1.go speaks HTTP/1.1
// without a goroutine per connection and never sends anything twice; standard.go is the standard library's HTTP/2. On Linux
// a response is dated by the kernel, not by when this process woke up (http1_arrival_linux.go). fast_path.go sends
// requests that are all the same without waking anybody. Start with New and Transport.
package wire
