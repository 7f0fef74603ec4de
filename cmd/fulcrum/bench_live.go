package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/internal/bench"
)

// liveLine is one line that is rewritten every second, on a terminal only.
type liveLine struct {
	w     io.Writer
	mu    sync.Mutex // several searches for a window tell what they do
	shown bool
}

func newLiveLine(w io.Writer) *liveLine {
	if !isTerminal(w) {
		return &liveLine{}
	}
	return &liveLine{w: w}
}

// show rewrites the line. Errors of the terminal are left alone, there is nothing to be done about them.
func (l *liveLine) show(v bench.Live) {
	if l.w == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shown = true
	fmt.Fprint(l.w, "\r\x1b[K"+liveText(v))
}

// finish removes the line.
func (l *liveLine) finish() {
	if l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
	}
}

// liveText says how the last second went.
func liveText(v bench.Live) string {
	if v.Doing != "" {
		return fmt.Sprintf("%s  %s", v.Elapsed.Round(time.Second), v.Doing)
	}
	of := ""
	if v.Planned > 0 {
		of = fmt.Sprintf("/%d", v.Planned)
	}
	ms := func(s float64) string { return fmt.Sprintf("%.3g ms", s*1e3) }
	return fmt.Sprintf("%s of %s  %d%s requests  %.1f/s  p50 %s  p95 %s  late p99 %s  errors %d",
		v.Elapsed.Round(time.Second), v.Span.Round(time.Second), v.Requests, of, v.Rate,
		ms(v.Latency.P50), ms(v.Latency.P95), ms(v.Lateness.P99), v.Errors)
}
