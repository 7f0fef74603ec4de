package target

import (
	"context"
	"io"
	"net/http"
	"time"

	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// maxWrong bounds how much of a wrong answer is read so that its connection can be kept.
const maxWrong = 256 << 10

// Exchange sends one request.
func (t *httpTarget) Exchange(ctx context.Context, q Request, start time.Time, timeout time.Duration, r *record.Record) error {
	r.Sent = time.Since(start)
	if t.prepare != nil { // may ask others, within the same time
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, wire.ErrTimeout)
		defer cancel()
	}
	req, err := t.request(ctx, q, r)
	if err != nil {
		r.Kind, r.LastByte = classify(ctx, err, beforeAnswer, false), time.Since(start)
		return err
	}
	p := wire.NewExchangeTrace(ctx, timeout-(time.Since(start)-r.Sent), start)
	res, err := t.transport.Send(req, &p)
	r.Connected, r.Reused = p.Connected, p.Reused
	return redacted(t.finish(res, err, &p, r), req.Header)
}

// finish takes what came of a request and fills in the rest of the record.
func (t *httpTarget) finish(res *http.Response, err error, p *wire.ExchangeTrace, r *record.Record) error {
	if err != nil {
		r.LastByte = p.Now()
		r.Kind = classify(p.Ctx, err, beforeAnswer, p.TLSFault)
		return err
	}
	r.FirstByte, r.Status = p.FirstByte, res.StatusCode
	if r.FirstByte < 0 {
		r.FirstByte = p.Now() // of an answer that came before the hook saw it
	}
	body, counted, now := res.Body, new(countingReader), p.Now
	if t.open != nil {
		err = t.open(res, now, r)
		r.Status = res.StatusCode
	}
	if err == nil {
		counted.r = res.Body
		err = t.take(res, counted, now, r)
	}
	r.BytesIn, r.LastByte = counted.n, now()
	if r.Kind = record.OK; err != nil {
		r.Kind = classify(p.Ctx, err, withinAnswer, false)
	}
	_ = res.Body.Close() // what it could say, reading has said
	_ = body.Close()     // of what carried it
	return err
}

// request builds the request.
func (t *httpTarget) request(ctx context.Context, q Request, r *record.Record) (*http.Request, error) {
	req := &http.Request{Method: t.method, URL: t.url, Host: t.url.Host, Header: t.header, ProtoMajor: 1, ProtoMinor: 1}
	var data []byte
	if t.body != nil {
		var err error
		if data, err = t.body(q); err != nil {
			return nil, err
		}
	}
	req.Body, req.ContentLength = wire.Payload(data), int64(len(data))
	r.BytesOut = req.ContentLength
	if t.prepare == nil {
		return req, nil
	}
	req = req.WithContext(ctx)
	return req, t.prepare(req, data)
}

// take reads the answer. Where it is wrong, the error is a fault.
func (t *httpTarget) take(res *http.Response, from io.Reader, now func() time.Duration, r *record.Record) error {
	t.instances.note(res, r)
	if kind := t.reply.judgeHeader(res); kind != record.OK {
		return t.reply.headerFault(kind, res, readBeginning(from))
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
