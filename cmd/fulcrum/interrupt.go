package main

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// interruptGrace is how long a command may take to end after a signal. Then the process ends, whatever it is doing.
const interruptGrace = 900 * time.Millisecond

// shutdown says what happens at the end of interruptGrace.
type shutdown struct{ waits atomic.Bool }

// wait is called by a command that must not be cut off, because it has something to put back or to print. It ends by
// itself as soon as it can, and at once with a second signal.
func (s *shutdown) wait() {
	if s != nil {
		s.waits.Store(true)
	}
}

// runWithin calls run, and returns exitError when run has not returned within the grace period after the end of ctx,
// unless the command waits. Run then goes on; the caller ends the process.
func runWithin(ctx context.Context, grace time.Duration, s *shutdown, errs io.Writer, run func() int) int {
	code := make(chan int, 1)
	go func() { code <- run() }()
	select {
	case c := <-code:
		return c
	case <-ctx.Done():
	}
	select {
	case c := <-code:
		return c
	case <-time.After(grace):
	}
	if s.waits.Load() {
		fmt.Fprintln(errs, "fulcrum: finishing what was begun; a second interrupt ends it at once")
		return <-code
	}
	fmt.Fprintf(errs, "fulcrum: %s, ended before it was done\n", context.Cause(ctx))
	return exitError
}

// endWith makes the files of an opener fail to read once the context has ended, with its error. It is what ends the
// first pass over a large trace, which knows no context. Each read is counted in p, which may be nil.
func endWith(ctx context.Context, p *progress, open rows.Opener) rows.Opener {
	return func(name string) (io.ReadCloser, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := open(name)
		if err != nil {
			return nil, err
		}
		return endingReader{ctx, p, f}, nil
	}
}

type endingReader struct {
	ctx context.Context // of the command, which lives longer than the reader
	p   *progress
	io.ReadCloser
}

func (r endingReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.ReadCloser.Read(b)
	r.p.read(n)
	return n, err
}
