package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
)

// Why this side gave an exchange up; they are causes of its context.
var (
	ErrTimeout     = errors.New("no complete answer in time")
	ErrInterrupted = errors.New("the run was stopped")
)

// IsTimeout reports whether an error says that a time was over.
func IsTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// IsTLS reports whether a TLS handshake failed.
func IsTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		header       tls.RecordHeaderError
		alert        tls.AlertError
		authority    x509.UnknownAuthorityError
	)
	return errors.As(err, &verification) || errors.As(err, &header) || errors.As(err, &alert) || errors.As(err, &authority)
}

// IsReset reports whether the connection went away before an answer began. The HTTP/2 and idle-connection errors of the
// standard library have no type that could be asked for.
func IsReset(err error) bool {
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
