package wire

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// FastPath is the connections to a server on which a goroutine already waits for the answer to the next request. Whoever
// keeps the schedule writes that request itself, so that sending it wakes nobody: handing it to a worker costs a fifth of
// the CPU time of a run, and makes the request late. It is for requests that are all the same and are not encrypted;
// writing one of them to an idle connection does not block.
type FastPath struct {
	transport *http1Transport
	request   []byte        // as it is sent
	like      *http.Request // for the parser of answers, which has to know the method
	size      int64         // of the body

	mu     sync.Mutex
	ready  []*lane // in order of last use
	closed bool
}

// lane is a connection with a goroutine that waits on it. All but the connection is guarded by the lock of its FastPath.
type lane struct {
	conn     *http1Conn
	since    time.Duration // when it became ready
	isBusy   bool
	deadline time.Duration
	record   record.Record
	failed   error // of writing
}

// NewFastPath returns the fast path for a request that is always the same; nil where the transport, or the request, allows
// none.
func NewFastPath(t Transport, req *http.Request) *FastPath {
	transport, ok := t.(*http1Transport)
	if !ok || transport.tls != nil || transport.isFresh {
		return nil
	}
	body, err := bodyOf(req)
	if err != nil || len(body) > maxJoined {
		return nil
	}
	size := int64(len(body))
	head, err := appendHead(nil, req, size, false)
	if err != nil {
		return nil // an exchange will say so
	}
	return &FastPath{transport: transport, request: append(head, body...), like: req, size: size}
}

// Send sends the request, if a connection is ready for it. The record says which request it is; a copy of it reaches
// finish in Serve. Times count from start.
func (f *FastPath) Send(r *record.Record, start time.Time, timeout time.Duration) bool {
	l := f.take(r, time.Since(start), timeout)
	if l == nil {
		return false
	}
	err := l.conn.raw.SetDeadline(start.Add(l.deadline))
	if err == nil {
		_, err = l.conn.raw.Write(f.request)
	}
	if err != nil {
		f.mu.Lock()
		l.failed = err
		f.mu.Unlock()
		_ = l.conn.raw.Close() // wakes who waits
	}
	return true
}

// Serve takes an idle connection, offers it to Send, and reads the answers until the connection ends; it returns at once
// where no connection is idle. Each answer goes to finish, with the error that there is instead of one and with its
// record; finish reads and closes the body.
func (f *FastPath) Serve(ctx context.Context, start time.Time, timeout time.Duration,
	finish func(res *http.Response, err error, p *ExchangeTrace, r *record.Record),
) {
	c := f.transport.takeIdle(time.Now())
	if c == nil {
		return
	}
	now := func() time.Duration { return time.Since(start) }
	l := &lane{conn: c}
	for c.in.Buffered() == 0 && f.offer(l, now()) {
		isBusy, err := f.wait(l, now)
		if !isBusy {
			break
		}
		trace := NewExchangeTrace(ctx, timeout, start)
		trace.Connected = l.record.Connected
		var res *http.Response
		if err == nil {
			res, err = c.receive(f.like, &trace, nil)
		}
		finish(res, err, &trace, &l.record)
		if res == nil {
			break
		}
		if !f.transport.reclaim(c) {
			return // it was closed with the answer, or another has it already
		}
	}
	f.transport.drop(c)
}

// Close ends the waiting: now where there is no answer to wait for, otherwise after it.
func (f *FastPath) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, l := range f.ready {
		_ = l.conn.raw.Close() // wakes who waits
	}
	f.ready = nil
}

// take gives a request to the connection that was used last.
func (f *FastPath) take(r *record.Record, now, timeout time.Duration) *lane {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := len(f.ready); n > 0; n = len(f.ready) {
		l := f.ready[n-1]
		f.ready[n-1] = nil
		f.ready = f.ready[:n-1]
		if now-l.since > maxIdle {
			_ = l.conn.raw.Close() // wakes who waits
			continue
		}
		l.isBusy, l.deadline, l.record = true, now+timeout, *r
		l.record.Sent, l.record.Connected, l.record.Reused, l.record.BytesOut = now, now, true, f.size
		return l
	}
	return nil
}

// offer makes a connection ready for a request; false when there will be none.
func (f *FastPath) offer(l *lane, now time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	l.isBusy, l.since = false, now
	if !f.closed {
		f.ready = append(f.ready, l)
	}
	return !f.closed
}

// wait returns when an answer begins or the connection ends. It is not busy when that was no answer to anything.
func (f *FastPath) wait(l *lane, now func() time.Duration) (isBusy bool, err error) {
	for {
		_, err := l.conn.in.Peek(1)
		if isOver, isBusy, err := f.judge(l, err, now()); isOver {
			return isBusy, err
		}
	}
}

// judge looks at what ended a wait. It may be the deadline of a request that was answered long ago.
func (f *FastPath) judge(l *lane, err error, now time.Duration) (isOver, isBusy bool, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case l.isBusy && l.failed != nil:
		return true, true, l.failed
	case l.isBusy:
		return err == nil || !IsTimeout(err) || now >= l.deadline, true, err
	case err != nil && IsTimeout(err) && l.conn.raw.SetDeadline(time.Time{}) == nil:
		return false, false, nil
	}
	f.ready = slices.DeleteFunc(f.ready, func(other *lane) bool { return other == l })
	return true, false, err
}
