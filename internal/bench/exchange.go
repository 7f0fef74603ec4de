package bench

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"fulcrum.dev/fulcrum/internal/measure"
)

// maxWrong bounds how much of a wrong answer is read so that its connection can be kept.
const maxWrong = 256 << 10

// exchange sends one request and fills the record in. It returns the error behind a failure, if there is one.
func (t *target) exchange(ctx context.Context, timeout time.Duration, j job, now func() time.Duration, r *measure.Record) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	r.Sent = now()
	var hooks hooks
	hooks.now = now
	req, err := t.request(httptrace.WithClientTrace(ctx, hooks.trace()), j, r)
	if err != nil {
		r.Kind, r.LastByte = classify(ctx, err, beforeAnswer, false), now()
		return err
	}
	res, err := t.transport.RoundTrip(req)
	r.Connected, r.Reused = hooks.connected(), hooks.reused.Load()
	if err != nil {
		r.LastByte = now()
		r.Kind = classify(ctx, err, beforeAnswer, hooks.tlsFault.Load())
		return err
	}
	r.FirstByte, r.Status = hooks.firstByte(), res.StatusCode
	if r.FirstByte < 0 {
		r.FirstByte = now() // of an answer that came before the hook saw it
	}
	counted := new(countingReader)
	if t.open != nil {
		err = t.open(res, now, r)
		r.Status = res.StatusCode
	}
	if err == nil {
		counted.r = res.Body
		r.Kind, err = t.take(res, counted, now, r)
	}
	_ = res.Body.Close() // what it could say, reading has said
	r.BytesIn, r.LastByte = counted.n, now()
	if err != nil {
		r.Kind = classify(ctx, err, withinAnswer, false)
	}
	return err
}

// request builds the request. Its body cannot be read twice, so that the transport never sends it twice: an answer that
// was lost is recorded as lost.
func (t *target) request(ctx context.Context, j job, r *measure.Record) (*http.Request, error) {
	req := (&http.Request{Method: t.method, URL: t.url, Host: t.url.Host, Header: t.header, ProtoMajor: 1, ProtoMinor: 1}).WithContext(ctx)
	if t.body == nil {
		req.Body = emptyBody{}
		return req, t.prepareRequest(req, nil)
	}
	data, err := t.body(j)
	if err != nil {
		return nil, err
	}
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	r.BytesOut = req.ContentLength
	return req, t.prepareRequest(req, data)
}

func (t *target) prepareRequest(req *http.Request, body []byte) error {
	if t.prepare == nil {
		return nil
	}
	return t.prepare(req, body)
}

// emptyBody is a body without bytes. The transport sends requests without a body again when a kept connection turns out
// to be closed; one that has a body it cannot rewind.
type emptyBody struct{}

func (emptyBody) Read([]byte) (int, error) { return 0, io.EOF }
func (emptyBody) Close() error             { return nil }

// take reads the answer.
func (t *target) take(res *http.Response, from io.Reader, now func() time.Duration, r *measure.Record) (measure.Kind, error) {
	if kind := t.reply.judgeHeader(res); kind != measure.OK {
		_, _ = io.CopyN(io.Discard, from, maxWrong) // wrong already, whatever else it is
		return kind, nil
	}
	if t.reply.isStream {
		return t.reply.readStream(from, now, r)
	}
	return t.reply.read(from, r)
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// hooks note the moments that the transport tells. They are called from its goroutines, also after an exchange was given up.
type hooks struct {
	now              func() time.Duration
	gotConn, gotByte atomic.Int64 // time + 1, 0 for none
	reused, tlsFault atomic.Bool
}

func (h *hooks) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			h.gotConn.Store(int64(h.now()) + 1)
			h.reused.Store(info.Reused)
		},
		GotFirstResponseByte: func() { h.gotByte.Store(int64(h.now()) + 1) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err != nil {
				h.tlsFault.Store(true)
			}
		},
	}
}

func (h *hooks) connected() time.Duration { return time.Duration(h.gotConn.Load() - 1) }

func (h *hooks) firstByte() time.Duration { return time.Duration(h.gotByte.Load() - 1) }
