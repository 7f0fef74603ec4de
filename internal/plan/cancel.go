package plan

import (
	"context"
	"io"

	"fulcrum.dev/fulcrum/internal/workload"
)

// cancellable is a workload that can be described, which takes seconds for millions of requests, until a context ends.
type cancellable struct {
	workload.Workload
	ctx context.Context
}

// Open starts from the first request.
func (c cancellable) Open() (workload.Stream, error) {
	s, err := c.Workload.Open()
	if err != nil {
		return nil, err
	}
	return &cancellableStream{source: s, ctx: c.ctx}, nil
}

type cancellableStream struct {
	source workload.Stream
	ctx    context.Context
}

// Read reads on unless the context has ended.
func (s *cancellableStream) Read(dst []workload.Request) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.source.Read(dst)
}

// Close gives back what the source holds.
func (s *cancellableStream) Close() error {
	if c, ok := s.source.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
