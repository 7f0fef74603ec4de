package target

import (
	"context"
	"errors"
	"net"
	"syscall"

	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// stage is how far an exchange had come when it failed.
type stage uint8

const (
	beforeAnswer stage = iota // no header had arrived
	withinAnswer
)

// classify says what an error of an exchange is. The context tells why this side gave up, if it did.
func classify(ctx context.Context, err error, at stage, hadTLSFault bool) record.Kind {
	var (
		dns      *net.DNSError
		function *functionError
		answer   *fault
	)
	switch cause := context.Cause(ctx); {
	case errors.As(err, &answer): // it came, whatever happened afterwards
		return answer.kind
	case errors.Is(cause, wire.ErrInterrupted):
		return record.Interrupted
	case errors.As(err, &dns):
		return record.DNS
	case errors.Is(cause, wire.ErrTimeout) || wire.IsTimeout(err):
		return record.Timeout
	case errors.As(err, &function):
		return record.FunctionError
	case errors.Is(err, errBadStream):
		return record.BadStream
	case at == withinAnswer:
		return record.HalfAnswer
	case errors.Is(err, syscall.ECONNREFUSED):
		return record.Refused
	case hadTLSFault || wire.IsTLS(err):
		return record.TLS
	case wire.IsReset(err):
		return record.Reset
	}
	return record.Other
}
