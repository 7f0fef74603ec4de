package target

import (
	"context"
	"net/http"
	"time"

	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// FastPath sends the requests of a target that are all the same without waking anybody.
type FastPath struct {
	*wire.FastPath
	target *httpTarget
}

// FastPathOf returns the fast path of a target; nil for one that has none.
func FastPathOf(t Target) *FastPath {
	if h, ok := t.(*httpTarget); ok {
		return h.fast
	}
	return nil
}

// newFastPath returns nil for a target whose requests cannot be sent that way.
func newFastPath(t *httpTarget) *FastPath {
	var r record.Record
	req, err := t.request(context.Background(), Request{}, &r)
	if err != nil {
		return nil // an exchange will say so
	}
	path := wire.NewFastPath(t.transport, req)
	if path == nil {
		return nil
	}
	return &FastPath{path, t}
}

// Serve takes an idle connection, offers it to Send, and reads the answers until the connection ends. Each record goes to
// done when it is complete, with the error behind a failure.
func (f *FastPath) Serve(ctx context.Context, start time.Time, timeout time.Duration, done func(record.Record, error)) {
	f.FastPath.Serve(ctx, start, timeout, func(res *http.Response, err error, p *wire.ExchangeTrace, r *record.Record) {
		err = f.target.finish(res, err, p, r)
		done(*r, err)
	})
}
