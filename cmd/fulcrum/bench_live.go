package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/record"
)

// liveLine is one line that is rewritten every second on a terminal; elsewhere a line every progressInterval of the run.
type liveLine struct {
	w        io.Writer
	rewrites bool
	shown    bool
	last     time.Duration // Elapsed of the last line
}

func newLiveLine(w io.Writer) *liveLine { return &liveLine{w: w, rewrites: isTerminal(w)} }

// show rewrites the line. Errors of the terminal are left alone, there is nothing to be done about them.
func (l *liveLine) show(v bench.Live) {
	if !l.rewrites {
		if v.Elapsed < l.last { // the next of several runs
			l.last = 0
		}
		if v.Elapsed-l.last >= progressInterval {
			l.last = v.Elapsed
			fmt.Fprintf(l.w, "fulcrum: %s\n", liveText(v))
		}
		return
	}
	l.shown = true
	fmt.Fprint(l.w, "\r\x1b[K"+liveText(v))
}

// finish removes the line.
func (l *liveLine) finish() {
	if l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
	}
}

// liveText says how far the run is, and how the last second went.
func liveText(v bench.Live) string {
	if v.Doing != "" {
		return fmt.Sprintf("%s  %s", v.Elapsed.Round(time.Second), v.Doing)
	}
	of := ""
	if v.Planned > 0 {
		of = fmt.Sprintf("/%d", v.Planned)
	}
	ms := func(s float64) string { return fmt.Sprintf("%.3g ms", s*1e3) }
	return fmt.Sprintf("%s %s of %s  %d%s requests  %.1f/s  p50 %s  p95 %s  late p99 %s  %s",
		progressText(v), v.Elapsed.Round(time.Second), v.Span.Round(time.Second), v.Requests, of, v.Rate,
		ms(v.Latency.P50), ms(v.Latency.P95), ms(v.Lateness.P99), errorsText(v))
}

// progressText is a bar of the time that has passed.
func progressText(v bench.Live) string {
	const width = 10
	share := 0.0
	if v.Span > 0 {
		share = min(1, float64(v.Elapsed)/float64(v.Span))
	}
	full := int(share * width)
	return fmt.Sprintf("[%s%s] %3.0f%%", strings.Repeat("=", full), strings.Repeat(" ", width-full), share*100)
}

// errorsText names the errors by kind, the most frequent first, as many as fit on the line.
func errorsText(v bench.Live) string {
	const most = 3
	kinds := slices.Sorted(maps.Keys(v.Kinds))
	kinds = slices.DeleteFunc(kinds, func(k record.Kind) bool { return k == record.OK })
	slices.SortStableFunc(kinds, func(a, b record.Kind) int { return cmp.Compare(v.Kinds[b], v.Kinds[a]) })
	text := fmt.Sprintf("errors %d", v.Errors)
	for i, k := range kinds {
		if i == most {
			return text + ", ..."
		}
		text += fmt.Sprintf("%s %d %s", map[bool]string{true: ":", false: ","}[i == 0], v.Kinds[k], k)
	}
	return text
}

// progressOf returns what is told of a run under way, and what ends it: a line that is rewritten on a terminal and
// one every progressInterval elsewhere (auto), nothing at all (none), or an object of JSON each second (json), all on standard error.
func progressOf(mode string, w io.Writer) (show func(bench.Live), finish func(), err error) {
	switch mode {
	case "auto":
		line := newLiveLine(w)
		return line.show, line.finish, nil
	case "none":
		return nil, func() {}, nil
	case "json":
		encoder := json.NewEncoder(w)
		return func(v bench.Live) { _ = encoder.Encode(v) }, func() {}, nil // whoever reads it may be gone
	}
	return nil, nil, fmt.Errorf("--progress: expected auto, none or json, got %q", mode)
}
