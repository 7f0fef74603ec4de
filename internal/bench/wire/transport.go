package wire

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// Transport carries requests to one server, and says when what happened.
type Transport interface {
	// Send sends a request and reads the header of the answer. It gives up when the context of the trace ends, or its
	// time; what the trace notes is right also after an error. The caller reads and closes the body.
	Send(req *http.Request, p *ExchangeTrace) (*http.Response, error)
	// Interrupt ends all exchanges under way at once. It is called after their context has ended.
	Interrupt()
	// Close gives back what is kept. No exchange may be under way.
	Close()
}

// New returns a transport to the server of a URL, with the connections that a target asks for. Roots are the certificates
// to trust, nil for the system's; maxInFlight bounds the connections that are kept idle.
func New(u *url.URL, c v1alpha1.Connection, roots *x509.CertPool, maxInFlight int) Transport {
	if c.HTTP == "2" || c.HTTP == "h2c" {
		return newStandardTransport(c, roots, maxInFlight)
	}
	return newHTTP1Transport(u, c, roots)
}

// ExchangeTrace is what a transport notes of one exchange.
type ExchangeTrace struct {
	// Ctx ends the exchange; a transport may replace it by one that tells the cause more closely.
	Ctx     context.Context
	timeout time.Duration
	start   time.Time // of the run, from which all times count

	// received says when the answer came, where a transport sees that: from then on, now is when the last of it did.
	received *arrival
	// Connected is when a connection was at hand, FirstByte when the header of the answer began to arrive; record.Unseen for none.
	Connected, FirstByte time.Duration
	// Reused says that the connection was kept from an earlier exchange, TLSFault that a handshake failed.
	Reused, TLSFault bool
}

// NewExchangeTrace returns one that has seen nothing yet.
func NewExchangeTrace(ctx context.Context, timeout time.Duration, start time.Time) ExchangeTrace {
	return ExchangeTrace{Ctx: ctx, timeout: timeout, start: start, Connected: record.Unseen, FirstByte: record.Unseen}
}

// Now is the time since the start of the run: of what was read last, once something was.
func (p *ExchangeTrace) Now() time.Duration {
	if p.received == nil {
		return time.Since(p.start)
	}
	return max(p.Connected, p.received.last.Sub(p.start))
}

// MaxBody bounds the body of a request, in bytes.
const MaxBody = 32 << 20

// Payload returns the body of a request.
func Payload(data []byte) io.ReadCloser { return &payload{data: data} }

// payload is the body of a request: bytes that a transport may take whole. The standard library's sends a request
// without a body again when a kept connection turns out to be closed, and one whose body it can rewind; this one is there
// also when it is empty, and cannot be rewound, so that an answer that was lost is recorded as lost.
type payload struct {
	data []byte
	off  int
}

func (b *payload) Read(p []byte) (int, error) {
	n := copy(p, b.data[b.off:])
	if b.off += n; n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (b *payload) Close() error { return nil }
