package workload

import "io"

// closeStream gives back what a stream holds (a file), when it is left before
// its end. Streams that hold something are io.Closers.
func closeStream(s Stream) error {
	if c, ok := s.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// cursorBatch is how many requests a cursor reads at once.
const cursorBatch = 512

// cursor reads a stream one request at a time.
type cursor struct {
	source Stream
	batch  []Request
	rest   []Request // of batch
	err    error     // what the source ended with, once rest is used up
}

func newCursor(source Stream) *cursor {
	return &cursor{source: source, batch: make([]Request, cursorBatch)}
}

// peek returns the next request without taking it, or nil at the end.
func (c *cursor) peek() (*Request, error) {
	for len(c.rest) == 0 {
		if c.err == io.EOF {
			return nil, nil
		}
		if c.err != nil {
			return nil, c.err
		}
		n, err := c.source.Read(c.batch)
		c.rest, c.err = c.batch[:n], err
	}
	return &c.rest[0], nil
}

// take removes the request that peek returned.
func (c *cursor) take() { c.rest = c.rest[1:] }
