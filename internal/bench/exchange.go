package bench

import (
	"context"
	"io"
	"net/http"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// maxWrong bounds how much of a wrong answer is read so that its connection can be kept.
const maxWrong = 256 << 10

// exchange sends one request and fills the record in. It returns the error behind a failure, if there is one.
func (t *target) exchange(ctx context.Context, timeout time.Duration, j job, start time.Time, r *record.Record) error {
	r.Sent = time.Since(start)
	if t.prepare != nil { // may ask others, within the same time
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, errTimeout)
		defer cancel()
	}
	req, err := t.request(ctx, j, r)
	if err != nil {
		r.Kind, r.LastByte = classify(ctx, err, beforeAnswer, false), time.Since(start)
		return err
	}
	p := newPassage(ctx, timeout-(time.Since(start)-r.Sent), start)
	res, err := t.transport.send(req, &p)
	r.Connected, r.Reused = p.connected, p.reused
	if err := t.finish(res, err, &p, r); err != nil {
		return &discreetError{err, secretsOf(req.Header)}
	}
	return nil
}

// finish takes what came of a request and fills in the rest of the record.
func (t *target) finish(res *http.Response, err error, p *passage, r *record.Record) error {
	if err != nil {
		r.LastByte = p.now()
		r.Kind = classify(p.ctx, err, beforeAnswer, p.tlsFault)
		return err
	}
	r.FirstByte, r.Status = p.firstByte, res.StatusCode
	if r.FirstByte < 0 {
		r.FirstByte = p.now() // of an answer that came before the hook saw it
	}
	body, counted, now := res.Body, new(countingReader), p.now
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
		r.Kind = classify(p.ctx, err, withinAnswer, false)
	}
	_ = res.Body.Close() // what it could say, reading has said
	_ = body.Close()     // of what carried it
	return err
}

// request builds the request.
func (t *target) request(ctx context.Context, j job, r *record.Record) (*http.Request, error) {
	req := &http.Request{Method: t.method, URL: t.url, Host: t.url.Host, Header: t.header, ProtoMajor: 1, ProtoMinor: 1}
	var data []byte
	if t.body != nil {
		var err error
		if data, err = t.body(j); err != nil {
			return nil, err
		}
	}
	req.Body, req.ContentLength = &payload{data: data}, int64(len(data))
	r.BytesOut = req.ContentLength
	if t.prepare == nil {
		return req, nil
	}
	req = req.WithContext(ctx)
	return req, t.prepare(req, data)
}

// take reads the answer. Where it is wrong, the error is a fault.
func (t *target) take(res *http.Response, from io.Reader, now func() time.Duration, r *record.Record) error {
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
