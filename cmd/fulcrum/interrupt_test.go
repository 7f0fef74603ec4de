package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload/trace"
)

// endless is a trace of requests, one a second, which never ends; it cancels after so many bytes.
type endless struct {
	after, given int
	cancel       func()
	rest         []byte
	row          int
}

func (e *endless) Read(b []byte) (int, error) {
	for len(e.rest) < len(b) {
		if e.row == 0 {
			e.rest = append(e.rest, "Timestamp,Request tokens,Response tokens\n"...)
		}
		e.rest = fmt.Appendf(e.rest, "%d,1,1\n", e.row)
		e.row++
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	if e.given += n; e.given >= e.after {
		e.cancel()
	}
	return n, nil
}

func (e *endless) Close() error { return nil }

// packed compresses what it reads.
func packed(r io.Reader) io.ReadCloser {
	from, to := io.Pipe()
	go func() {
		z := gzip.NewWriter(to)
		_, err := io.Copy(z, r)
		to.CloseWithError(errors.Join(err, z.Close()))
	}()
	return from
}

// TestInterruptEndsTheFirstPass over a trace, which knows no context, within a few buffers.
func TestInterruptEndsTheFirstPass(t *testing.T) {
	for name, pack := range map[string]func(io.Reader) io.ReadCloser{"plain": io.NopCloser, "gzip": packed} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			open := endWith(ctx, nil, func(string) (io.ReadCloser, error) {
				return pack(&endless{after: 5 << 20, cancel: cancel}), nil
			})
			_, err := trace.Read(open, v1alpha1.Trace{Path: "x"}, 1)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want the context's", err)
			}
		})
	}
}

// TestInterruptEndsStandardInput while it is read, and says which command was ended and by what.
func TestInterruptEndsStandardInput(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	in := &endless{after: 1 << 20, cancel: func() { cancel(errors.New("interrupt signal received")) }}
	var out, errs bytes.Buffer
	code := run(ctx, []string{"trace", "describe", "-"}, streams{in: in, out: &out, err: &errs})
	want := "fulcrum trace describe: interrupt signal received, ended before it was done\n"
	if code != exitError || errs.String() != want || out.Len() > 0 {
		t.Errorf("exit code %d, printed %q and %q, want %q", code, &out, &errs, want)
	}
	if in.given > 4<<20 {
		t.Errorf("%d bytes were read, the interrupt came after %d", in.given, in.after)
	}
}

// TestInterruptGrace: a command that goes on ends with the process, unless it has to finish what it began.
func TestInterruptGrace(t *testing.T) {
	for _, c := range []struct {
		name       string
		takes      time.Duration
		waits      bool
		code       int
		after      time.Duration
		says       string
		interrupts bool
	}{
		{name: "done before", takes: time.Hour, code: exitInfeasible, after: time.Hour},
		{name: "ends in time", takes: time.Second, code: exitInfeasible, after: time.Second, interrupts: true},
		{name: "goes on", takes: time.Hour, code: exitError, after: time.Second/2 + interruptGrace, says: "ended before it was done", interrupts: true},
		{name: "finishes", takes: time.Hour, waits: true, code: exitInfeasible, after: time.Hour, says: "a second interrupt ends it at once", interrupts: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.interrupts {
					time.AfterFunc(time.Second/2, cancel)
				}
				var s shutdown
				if c.waits {
					s.wait()
				}
				var errs strings.Builder
				start := time.Now()
				code := runWithin(ctx, interruptGrace, &s, &errs, func() int { time.Sleep(c.takes); return exitInfeasible })
				if took := time.Since(start); code != c.code || took != c.after || !strings.Contains(errs.String(), c.says) {
					t.Errorf("exit code %d after %s, says %q; want %d after %s, %q", code, took, errs.String(), c.code, c.after, c.says)
				}
				time.Sleep(time.Hour) // until what goes on has ended, too
			})
		})
	}
}
