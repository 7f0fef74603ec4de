package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// standardTransport is that of the standard library, for HTTP/2.
type standardTransport struct{ *http.Transport }

// newStandardTransport returns connections as the target asks for them: no proxy and no compression, because neither would
// be part of what is measured on purpose.
func newStandardTransport(c v1alpha1.Connection, roots *x509.CertPool, maxInFlight int) standardTransport {
	var protocols http.Protocols
	protocols.SetHTTP2(c.HTTP == "2")
	protocols.SetUnencryptedHTTP2(c.HTTP == "h2c")
	return standardTransport{&http.Transport{
		DialContext:         (&net.Dialer{KeepAlive: keepAlive}).DialContext,
		Protocols:           &protocols,
		TLSClientConfig:     &tls.Config{RootCAs: roots, InsecureSkipVerify: c.Insecure},
		DisableCompression:  true,
		DisableKeepAlives:   c.Fresh,
		MaxIdleConns:        maxInFlight,
		MaxIdleConnsPerHost: maxInFlight,
		IdleConnTimeout:     maxIdle,
	}}
}

func (t standardTransport) Send(req *http.Request, p *ExchangeTrace) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(p.Ctx, p.timeout, ErrTimeout)
	p.Ctx = ctx
	hooks := hooks{start: p.start}
	res, err := t.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, hooks.trace())))
	p.Connected, p.FirstByte = hooks.connected(), hooks.firstByte()
	p.Reused, p.TLSFault = hooks.reused.Load(), hooks.tlsFault.Load()
	if err != nil {
		cancel()
		return nil, err
	}
	res.Body = cancelBody{res.Body, cancel}
	return res, nil
}

func (t standardTransport) Interrupt() {} // the context has done it

func (t standardTransport) Close() { t.CloseIdleConnections() }

// cancelBody frees the timer of an exchange with its body.
type cancelBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b cancelBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// hooks note the moments that the transport tells. They are called from its goroutines, also after an exchange was given up.
type hooks struct {
	start            time.Time    // of the run
	gotConn, gotByte atomic.Int64 // time + 1, 0 for none
	reused, tlsFault atomic.Bool
}

func (h *hooks) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			h.gotConn.Store(int64(time.Since(h.start)) + 1)
			h.reused.Store(info.Reused)
		},
		GotFirstResponseByte: func() { h.gotByte.Store(int64(time.Since(h.start)) + 1) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err != nil {
				h.tlsFault.Store(true)
			}
		},
	}
}

func (h *hooks) connected() time.Duration { return time.Duration(h.gotConn.Load() - 1) }

func (h *hooks) firstByte() time.Duration { return time.Duration(h.gotByte.Load() - 1) }
