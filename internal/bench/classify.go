package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"fulcrum.dev/fulcrum/internal/record"
)

// How an exchange was given up from this side; they are causes of its context.
var (
	errTimeout     = errors.New("no complete answer in time")
	errInterrupted = errors.New("the run was stopped")
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
	case errors.Is(cause, errInterrupted):
		return record.Interrupted
	case errors.As(err, &dns):
		return record.DNS
	case errors.Is(cause, errTimeout) || isTimeout(err):
		return record.Timeout
	case errors.As(err, &function):
		return record.FunctionError
	case errors.Is(err, errBadStream):
		return record.BadStream
	case at == withinAnswer:
		return record.HalfAnswer
	case errors.Is(err, syscall.ECONNREFUSED):
		return record.Refused
	case hadTLSFault || isTLS(err):
		return record.TLS
	case isReset(err):
		return record.Reset
	}
	return record.Other
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		header       tls.RecordHeaderError
		alert        tls.AlertError
		authority    x509.UnknownAuthorityError
	)
	return errors.As(err, &verification) || errors.As(err, &header) || errors.As(err, &alert) || errors.As(err, &authority)
}

// isReset reports whether the connection went away before an answer began. The HTTP/2 and idle-connection errors of the
// standard library have no type that could be asked for.
func isReset(err error) bool {
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	text := err.Error()
	for _, part := range []string{"server closed idle connection", "GOAWAY", "RST_STREAM", "stream error", "client connection lost"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
