package bench

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// standby is the connections to a target on which a worker waits already for the answer to the next request. Whoever keeps
// the schedule writes that request itself, so that sending it wakes nobody: a hand-over to a worker costs a fifth of the
// CPU time of a run, and makes the request late. It is for requests that are all the same and need no encryption; writing
// one of them to a connection without anything under way does not block.
type standby struct {
	transport *http1Transport
	request   []byte        // as it is sent
	like      *http.Request // for the parser of answers, which has to know the method
	size      int64         // of the body

	mu        sync.Mutex
	ready     []*post // in order of last use
	dismissed bool
}

// post is a connection with somebody who waits on it. All but the connection is guarded by the lock of its standby.
type post struct {
	conn     *http1Conn
	since    time.Duration // when it became ready
	isBusy   bool
	deadline time.Duration
	record   record.Record
	failed   error // of writing
}

// newStandby returns nil for a target whose requests cannot be sent that way.
func newStandby(t *target) *standby {
	transport, ok := t.transport.(*http1Transport)
	if !ok || transport.tls != nil || transport.isFresh {
		return nil
	}
	var r record.Record
	req, err := t.request(context.Background(), job{}, &r)
	if err != nil || r.BytesOut > joined {
		return nil
	}
	body, err := bodyOf(req)
	if err != nil {
		return nil
	}
	head, err := appendHead(nil, req, r.BytesOut, false)
	if err != nil {
		return nil // an exchange will say so
	}
	return &standby{transport: transport, request: append(head, body...), like: req, size: r.BytesOut}
}

// send sends a request if a connection stands by for it.
func (s *standby) send(j job, start time.Time, timeout time.Duration) bool {
	p := s.take(j, time.Since(start), timeout)
	if p == nil {
		return false
	}
	err := p.conn.raw.SetDeadline(start.Add(p.deadline))
	if err == nil {
		_, err = p.conn.raw.Write(s.request)
	}
	if err != nil {
		s.mu.Lock()
		p.failed = err
		s.mu.Unlock()
		_ = p.conn.raw.Close() // wakes who waits
	}
	return true
}

// take gives a request to the connection that was used last.
func (s *standby) take(j job, now, timeout time.Duration) *post {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := len(s.ready); n > 0; n = len(s.ready) {
		p := s.ready[n-1]
		s.ready[n-1] = nil
		s.ready = s.ready[:n-1]
		if now-p.since > longestIdle {
			_ = p.conn.raw.Close() // wakes who waits
			continue
		}
		p.isBusy, p.deadline, p.record = true, now+timeout, newRecord(j)
		r := &p.record
		r.Sent, r.Connected, r.Reused, r.BytesOut = now, now, true, s.size
		return p
	}
	return nil
}

// offer makes a connection ready for a request; false when there will be none.
func (s *standby) offer(p *post, now time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.isBusy, p.since = false, now
	if !s.dismissed {
		s.ready = append(s.ready, p)
	}
	return !s.dismissed
}

// wait returns when an answer begins or the connection ends. It is not busy when that was no answer to anything.
func (s *standby) wait(p *post, now func() time.Duration) (isBusy bool, err error) {
	for {
		_, err := p.conn.in.Peek(1)
		if isOver, isBusy, err := s.judge(p, err, now()); isOver {
			return isBusy, err
		}
	}
}

// judge looks at what ended a wait. It may be the deadline of a request that was answered long ago.
func (s *standby) judge(p *post, err error, now time.Duration) (isOver, isBusy bool, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case p.isBusy && p.failed != nil:
		return true, true, p.failed
	case p.isBusy:
		return err == nil || !isTimeout(err) || now >= p.deadline, true, err
	case err != nil && isTimeout(err) && p.conn.raw.SetDeadline(time.Time{}) == nil:
		return false, false, nil
	}
	s.ready = slices.DeleteFunc(s.ready, func(other *post) bool { return other == p })
	return true, false, err
}

// dismiss ends the waiting: of those who wait for no answer now, of the others after it.
func (s *standby) dismiss() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dismissed = true
	for _, p := range s.ready {
		_ = p.conn.raw.Close() // wakes who waits
	}
	s.ready = nil
}

// standbyOf returns the connections of a client that stand by; nil for none.
func standbyOf(c client) *standby {
	if t, ok := c.(*target); ok {
		return t.standby
	}
	return nil
}

// standBy takes an idle connection and answers for it until it ends.
func (x *crew) standBy(ctx context.Context, who client) {
	t, ok := who.(*target)
	if !ok || t.standby == nil {
		return
	}
	s := t.standby
	c := s.transport.takeIdle(time.Now())
	if c == nil {
		return
	}
	p := &post{conn: c}
	for c.in.Buffered() == 0 && s.offer(p, x.now()) {
		isBusy, err := s.wait(p, x.now)
		if !isBusy {
			break
		}
		r := &p.record
		passage := newPassage(ctx, x.timeout, x.start)
		passage.connected = r.Connected
		var res *http.Response
		if err == nil {
			res, err = c.receive(s.like, &passage, nil)
		}
		err = t.finish(res, err, &passage, r)
		x.handIn(*r, err)
		if res == nil {
			break
		}
		if !s.transport.reclaim(c) {
			return // it was closed with the answer, or another has it already
		}
	}
	s.transport.drop(c)
}
