package bench

import (
	"context"
	"io"
	"net/http"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// transport carries requests of one target, and says when what happened.
type transport interface {
	// send sends a request and reads the header of the answer. It gives up when the context of the passage ends, or its
	// time; what the passage notes is right also after an error. The caller reads and closes the body.
	send(req *http.Request, p *passage) (*http.Response, error)
	// interrupt ends all exchanges under way at once. It is called after their context has ended.
	interrupt()
	// close gives back what is kept. No exchange may be under way.
	close()
}

// passage is one exchange on its way through a transport.
type passage struct {
	// ctx ends the exchange; a transport may replace it by one that tells the cause more closely.
	ctx     context.Context
	timeout time.Duration
	start   time.Time // of the run, from which all times count

	// received says when the answer came, where a transport sees that: from then on, now is when the last of it did.
	received *arrival
	// connected is when a connection was at hand, firstByte when the header of the answer began to arrive; record.Unseen for none.
	connected, firstByte time.Duration
	reused, tlsFault     bool
}

// newPassage returns one that has seen nothing yet.
func newPassage(ctx context.Context, timeout time.Duration, start time.Time) passage {
	return passage{ctx: ctx, timeout: timeout, start: start, connected: record.Unseen, firstByte: record.Unseen}
}

func (p *passage) now() time.Duration {
	if p.received == nil {
		return time.Since(p.start)
	}
	return max(p.connected, p.received.last.Sub(p.start))
}

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
