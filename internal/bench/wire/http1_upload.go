package wire

import (
	"errors"
	"syscall"
	"time"
)

// maxSettle is how long the end of an answer that is no refusal waits for the rest of its request: a server that answers
// before it has read all of it may still do so, and the connection is good for another request then.
const maxSettle = time.Second

// longAgo is a deadline that ends what waits.
var longAgo = time.Unix(1, 0)

// beginUpload starts to write a body while its answer is awaited: a server that refuses it may answer before it has read
// all of it, and read no further. Whoever reads the answer ends it by settle, once there is nothing more to read.
func (c *http1Conn) beginUpload(data []byte) {
	ended := make(chan error, 1)
	c.upload = ended
	go func() {
		_, err := c.net.Write(data)
		if err != nil && !isBroken(err) {
			_ = c.raw.SetReadDeadline(longAgo) // there will be no answer to wait for
		}
		ended <- err
	}()
}

// settle waits for the rest of a body, but not for long, and says what came of it. A connection on which it was not
// written whole is closed: nobody could tell where another request begins.
func (c *http1Conn) settle(wait time.Duration) error {
	if c.upload == nil {
		return nil
	}
	deadline := longAgo
	if wait > 0 {
		deadline = time.Now().Add(wait)
	}
	_ = c.net.SetWriteDeadline(deadline) // a write that is over stays what it was
	err := <-c.upload
	c.upload = nil
	if err != nil {
		_ = c.raw.Close() // without the farewell of TLS, which would have to wait behind the body
	}
	return err
}

// isBroken reports whether writing failed because the other side ended the connection, which may hold its answer.
func isBroken(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}
