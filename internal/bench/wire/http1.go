package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const (
	// keepAlive is how often the kernel asks whether the other side of an idle connection is still there.
	keepAlive = 30 * time.Second
	// maxIdle is how long a connection is kept without being used.
	maxIdle = 90 * time.Second
)

// http1Transport speaks HTTP/1.1 with one server. The goroutine that sends a request also reads its answer, so that a
// request costs no hand-over; that of the standard library has two goroutines for each connection, and half of the CPU
// time of a run went into them. A connection carries one request at a time, and the one used last is used first.
//
// Nothing is sent twice. A small request is written before its answer is read; a large body is written beside that
// (http1_upload.go), so that an answer that comes before all of it was taken is seen when it comes.
type http1Transport struct {
	address string
	tls     *tls.Config // nil without TLS
	isFresh bool
	dialer  net.Dialer

	mu          sync.Mutex
	open        map[*http1Conn]struct{} // all that are open
	idle        []*http1Conn            // in order of last use
	interrupted bool
}

func newHTTP1Transport(u *url.URL, c v1alpha1.Connection, roots *x509.CertPool) *http1Transport {
	t := &http1Transport{isFresh: c.Fresh, dialer: net.Dialer{KeepAlive: keepAlive}, open: map[*http1Conn]struct{}{}}
	port := u.Port()
	if u.Scheme == "https" {
		t.tls = &tls.Config{RootCAs: roots, InsecureSkipVerify: c.Insecure, ServerName: u.Hostname(), NextProtos: []string{"http/1.1"}}
	}
	switch {
	case port != "":
	case t.tls != nil:
		port = "443"
	default:
		port = "80"
	}
	t.address = net.JoinHostPort(u.Hostname(), port)
	return t
}

func (t *http1Transport) Send(req *http.Request, p *ExchangeTrace) (*http.Response, error) {
	c, err := t.get(p, time.Now())
	if err != nil {
		return nil, err
	}
	p.Connected = p.Now()
	res, err := c.exchange(req, p)
	if err != nil {
		t.drop(c)
		return nil, err
	}
	return res, nil
}

// get returns a kept connection that is still good, or a new one; it gives up when the trace's time is over.
func (t *http1Transport) get(p *ExchangeTrace, now time.Time) (*http1Conn, error) {
	deadline := now.Add(p.timeout)
	for c := t.takeIdle(now); c != nil; c = t.takeIdle(now) {
		if c.net.SetDeadline(deadline) == nil && c.isAlive() {
			p.Reused = true
			return c, nil
		}
		t.drop(c)
	}
	return t.dial(p, deadline)
}

// takeIdle returns the connection that was used last; nil when none was used lately.
func (t *http1Transport) takeIdle(now time.Time) *http1Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.idle)
	if n == 0 {
		return nil
	}
	c := t.idle[n-1]
	if now.Sub(c.used) <= maxIdle {
		t.idle[n-1] = nil
		t.idle = t.idle[:n-1]
		return c
	}
	for _, c := range t.idle { // they have idled longer still
		c.close()
		delete(t.open, c)
	}
	t.idle = nil
	return nil
}

// dial connects, tries the addresses of the host as net.Dialer does, and shakes hands.
func (t *http1Transport) dial(p *ExchangeTrace, deadline time.Time) (*http1Conn, error) {
	ctx, cancel := context.WithDeadline(p.Ctx, deadline)
	defer cancel()
	raw, err := t.dialer.DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	c := newHTTP1Conn(t, raw)
	if !t.register(c) {
		c.close()
		return nil, net.ErrClosed
	}
	err = raw.SetDeadline(deadline)
	if err == nil && t.tls != nil {
		secured := tls.Client(c.raw, t.tls)
		err = secured.Handshake()
		c.net, p.TLSFault = secured, err != nil
	}
	if err != nil {
		t.drop(c)
		return nil, err
	}
	return c, nil
}

// register lets Interrupt know of a connection; false when it has already been.
func (t *http1Transport) register(c *http1Conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.interrupted {
		t.open[c] = struct{}{}
	}
	return !t.interrupted
}

// keep makes a connection whose answer was read to its end ready for another request.
func (t *http1Transport) keep(c *http1Conn) {
	c.used = time.Now()
	t.mu.Lock()
	isKept := !t.isFresh && !t.interrupted
	if isKept {
		t.idle = append(t.idle, c)
	}
	t.mu.Unlock()
	if !isKept {
		t.drop(c)
	}
}

// reclaim takes a connection back that was kept; false when it was not, or another has it.
func (t *http1Transport) reclaim(c *http1Conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.idle) - 1; i >= 0; i-- { // it is among the last
		if t.idle[i] == c {
			t.idle = slices.Delete(t.idle, i, i+1)
			return true
		}
	}
	return false
}

func (t *http1Transport) drop(c *http1Conn) {
	c.close()
	t.mu.Lock()
	delete(t.open, c)
	t.mu.Unlock()
}

// Interrupt closes the sockets that exchanges wait for.
func (t *http1Transport) Interrupt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.interrupted = true
	for c := range t.open {
		_ = c.raw.Close() // without the farewell of TLS, which could block
	}
}

func (t *http1Transport) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.idle {
		c.close()
		delete(t.open, c)
	}
	t.idle = nil
}

// Connections counts the connections of an HTTP/1.1 transport: those that are open, and those among them that are idle.
// It is for tests.
func Connections(t Transport) (open, idle int) {
	h, ok := t.(*http1Transport)
	if !ok {
		return 0, 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.open), len(h.idle)
}
