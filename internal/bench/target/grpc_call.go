package target

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	grpcstatus "google.golang.org/grpc/status"

	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// callKey and connKey mark what the hooks of gRPC hand from a context to events.
type (
	callKey struct{}
	connKey struct{}
)

// grpcCall notes the moments of a call. The hooks run in goroutines of the transport, also after a call was given up.
type grpcCall struct {
	start time.Time // of the run

	mu                   sync.Mutex
	connected, firstByte time.Duration
	reused, answered     bool // answered: the server itself gave a status
	in, out              int64
}

func (c *grpcCall) fill(r *record.Record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.Connected, r.FirstByte, r.Reused, r.BytesIn, r.BytesOut = c.connected, c.firstByte, c.reused, c.in, c.out
}

// TagRPC, HandleRPC, TagConn and HandleConn are stats.Handler.
func (w *connWatch) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC notes the moments of a call.
func (w *connWatch) HandleRPC(ctx context.Context, s stats.RPCStats) {
	c, ok := ctx.Value(callKey{}).(*grpcCall)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch s := s.(type) {
	case *stats.OutHeader:
		c.connected, c.reused = time.Since(c.start), w.use(s.LocalAddr)
	case *stats.OutPayload:
		c.out = int64(s.Length)
	case *stats.InHeader:
		c.firstByte = time.Since(c.start)
	case *stats.InPayload:
		c.in += int64(s.Length)
	case *stats.InTrailer:
		if c.answered = true; c.firstByte < 0 { // a status alone
			c.firstByte = time.Since(c.start)
		}
	}
}

// TagConn marks a connection by its address.
func (w *connWatch) TagConn(ctx context.Context, info *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connKey{}, info.LocalAddr)
}

// HandleConn forgets a connection that has ended.
func (w *connWatch) HandleConn(ctx context.Context, s stats.ConnStats) {
	if _, ended := s.(*stats.ConnEnd); ended {
		local, _ := ctx.Value(connKey{}).(net.Addr)
		w.forget(local)
	}
}

// httpStatus is what a record says for a code of gRPC: the status that google.rpc.Code gives, but for Unimplemented: there is
// no such method at that address.
var httpStatus = map[codes.Code]int{
	codes.InvalidArgument: 400, codes.FailedPrecondition: 400, codes.OutOfRange: 400, codes.Unauthenticated: 401,
	codes.PermissionDenied: 403, codes.NotFound: 404, codes.Unimplemented: 404, codes.Aborted: 409, codes.AlreadyExists: 409,
	codes.ResourceExhausted: 429, codes.Canceled: 499, codes.Unknown: 500, codes.Internal: 500, codes.DataLoss: 500,
	codes.Unavailable: 503,
}

// classify says what an error of a call is: a status of the server, or what befell the connection.
func (c *grpcCall) classify(ctx context.Context, err error, connFault error) (record.Kind, int) {
	c.mu.Lock()
	answered, begun, sent := c.answered, c.firstByte >= 0, c.connected >= 0
	c.mu.Unlock()
	code := grpcstatus.Code(err)
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, wire.ErrInterrupted):
		return record.Interrupted, 0
	case errors.Is(cause, wire.ErrTimeout), code == codes.DeadlineExceeded: // the server knows the time-out too, and may be first
		return record.Timeout, 0
	case answered:
		return kindOf(code), httpStatus[code]
	case begun:
		return record.HalfAnswer, 0
	case code == codes.ResourceExhausted: // an answer that is larger than what is taken
		return record.WrongAnswer, 0
	case !sent && connFault != nil:
		return classify(ctx, connFault, beforeAnswer, errors.Is(connFault, errHandshake)), 0
	case wire.IsReset(err) || isGone(err.Error()):
		return record.Reset, 0
	}
	return record.Other, 0
}

func kindOf(code codes.Code) record.Kind {
	switch s := httpStatus[code]; {
	case s == 429:
		return record.TooMany
	case s >= 500:
		return record.ServerError
	}
	return record.ClientError
}
