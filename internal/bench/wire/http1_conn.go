package wire

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	// maxHeader bounds the header of an answer, with all that is informational before it.
	maxHeader = 1 << 20
	// maxJoined is the size of a body up to which it is written together with the head.
	maxJoined = 16 << 10
)

var errHeaderTooLong = errors.New("the header of the answer is longer than 1 MiB")

// http1Conn is a connection and what is kept with it, so that a request allocates little.
type http1Conn struct {
	of   *http1Transport
	raw  *arrival
	net  net.Conn // raw, or TLS over it
	in   bufio.Reader
	left int // bytes that the header of the answer may still have; -1 within the body
	out  []byte
	used time.Time // when it became idle
	peek peek

	upload chan error // tells what came of a body under way; nil for none
}

func newHTTP1Conn(of *http1Transport, raw net.Conn) *http1Conn {
	arrival := newArrival(raw)
	c := &http1Conn{of: of, raw: arrival, net: arrival}
	c.in.Reset(c)
	c.peek.watch(raw)
	return c
}

// Read is where in reads from.
func (c *http1Conn) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, errHeaderTooLong
	}
	if c.left > 0 && len(p) > c.left {
		p = p[:c.left]
	}
	n, err := c.net.Read(p)
	if c.left > 0 {
		c.left -= n
	}
	return n, err
}

func (c *http1Conn) close() { _ = c.net.Close() } // nothing is lost: what was read was read

// isAlive tells, without waiting, whether the server left the connection as it was after the last answer. One that it
// closed cannot carry a request, and one on which it says something unasked would answer the wrong request.
func (c *http1Conn) isAlive() bool { return c.in.Buffered() == 0 && c.peek.isQuiet() }

// exchange writes a request and reads the header of its answer.
func (c *http1Conn) exchange(req *http.Request, p *ExchangeTrace) (*http.Response, error) {
	failed, err := c.write(req)
	if err != nil {
		return nil, err
	}
	return c.receive(req, p, failed)
}

// receive reads the header of an answer. The request may have failed to be sent as a whole.
func (c *http1Conn) receive(req *http.Request, p *ExchangeTrace, failed error) (*http.Response, error) {
	p.received = c.raw
	res, err := c.readHeader(req, p)
	if err != nil {
		return nil, c.reason(err, failed)
	}
	res.Body = &http1Body{
		ReadCloser: res.Body, conn: c, isAtEnd: res.Body == http.NoBody, isRefusal: res.StatusCode >= http.StatusBadRequest,
		isReusable: failed == nil && !res.Close && res.StatusCode != http.StatusSwitchingProtocols,
	}
	return res, nil
}

// reason says why there is no answer: what sending the request failed of says more than that nothing came.
func (c *http1Conn) reason(err, failed error) error {
	if ended := c.settle(0); failed == nil {
		failed = ended
	}
	switch {
	case failed == nil || IsTimeout(failed):
		return err
	case isBroken(failed) && IsReset(err), !isBroken(failed) && IsTimeout(err):
		return failed
	}
	return err
}

// write sends the request, of a large body the beginning of it. A connection that breaks while it is sent may hold an
// answer to what the server has seen: that it failed is told apart from a request that cannot be sent at all.
func (c *http1Conn) write(req *http.Request) (failed, err error) {
	data, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	if c.out, err = appendHead(c.out[:0], req, int64(len(data)), c.of.isFresh); err != nil {
		return nil, err
	}
	if len(data) <= maxJoined {
		c.out = append(c.out, data...)
		data = nil
	}
	_, failed = c.net.Write(c.out)
	switch {
	case failed == nil && data != nil:
		c.beginUpload(data)
	case failed != nil && !isBroken(failed):
		return nil, failed
	}
	return failed, nil
}

// readHeader reads the header of the final answer.
func (c *http1Conn) readHeader(req *http.Request, p *ExchangeTrace) (*http.Response, error) {
	c.left = maxHeader
	for {
		if _, err := c.in.Peek(1); err != nil {
			return nil, err
		}
		p.FirstByte = p.Now()
		res, err := http.ReadResponse(&c.in, req)
		switch {
		case err != nil && c.left == 0:
			return nil, errHeaderTooLong // the parser may see no more than a broken line
		case err != nil:
			return nil, err
		}
		if res.StatusCode >= 200 || res.StatusCode == http.StatusSwitchingProtocols {
			c.left = -1
			return res, nil
		}
	}
}

// http1Body is the body of an answer. Closing it after its end gives the connection back, before its end closes it.
type http1Body struct {
	io.ReadCloser
	conn       *http1Conn
	isReusable bool
	isAtEnd    bool
	isRefusal  bool // of a request that the server need not have read
}

func (b *http1Body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.isAtEnd = true
	}
	return n, err
}

func (b *http1Body) Close() error {
	c := b.conn
	if c == nil {
		return nil
	}
	b.conn = nil
	isKept, wait := b.isReusable && b.isAtEnd, time.Duration(0)
	if isKept && !b.isRefusal {
		wait = maxSettle
	}
	if c.settle(wait) == nil && isKept {
		c.of.keep(c)
	} else {
		c.of.drop(c)
	}
	return nil
}
