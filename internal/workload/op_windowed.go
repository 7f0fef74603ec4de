package workload

import (
	"io"
	"math"
	"sort"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// openWindows returns the requests of a workload within windows that are in
// order and do not touch, at their own times. What cannot skip is read through.
func openWindows(w Workload, windows []Window) (Stream, error) {
	span := w.Info().Span
	windows = cutWindows(windows, Window{0, span})
	switch r, ok := w.(Windowed); {
	case len(windows) == 0:
		return &recordedStream{}, nil
	case covers(windows, span):
		return w.Open()
	case ok:
		return r.OpenWindows(windows)
	}
	s, err := w.Open()
	if err != nil {
		return nil, err
	}
	return Within(s, windows), nil
}

// cutWindows returns the parts of windows within a stretch of time.
func cutWindows(windows []Window, stretch Window) []Window {
	var cut []Window
	for _, w := range windows {
		w.From, w.To = max(w.From, stretch.From), min(w.To, stretch.To)
		if w.From < w.To {
			cut = append(cut, w)
		}
	}
	return cut
}

// moveWindows returns windows that lie later by a time.
func moveWindows(windows []Window, by time.Duration) []Window {
	moved := make([]Window, len(windows))
	for i, w := range windows {
		moved[i] = Window{w.From + by, w.To + by}
	}
	return moved
}

// Within leaves out what is outside the windows, and leaves the source after the last one.
func Within(s Stream, windows []Window) Stream {
	left := Remaining(windows)
	return &filterStream{source: s, judge: func(q *Request) verdict {
		switch {
		case left.Touch(q.At, q.At+1):
			return keepRequest
		case len(left) == 0:
			return stopReading
		}
		return skipRequest
	}}
}

// Remaining is the windows that are not yet over at a time that only grows.
type Remaining []Window

// Touch tells whether a window has a part of [from, to).
func (r *Remaining) Touch(from, to time.Duration) bool {
	for len(*r) > 0 && (*r)[0].To <= from {
		*r = (*r)[1:]
	}
	return len(*r) > 0 && (*r)[0].From < to
}

// everything is the window of a whole workload.
var everything = []Window{{0, math.MaxInt64}}

// windowWalk follows requests, all of which are within windows, from one window to the next.
type windowWalk struct {
	windows []Window
	entered int // windows
}

// passes goes on to the next window when a time is not in the one under way, and tells whether it did.
func (w *windowWalk) passes(at time.Duration) bool {
	if w.entered > 0 && at < w.windows[w.entered-1].To || w.entered == len(w.windows) {
		return false
	}
	w.entered++
	return true
}

// window is the one under way.
func (w *windowWalk) window() Window { return w.windows[w.entered-1] }

// enters is like passes, but goes on to the window that the time is in.
func (w *windowWalk) enters(at time.Duration) bool {
	entered := false
	for w.passes(at) {
		entered = true
	}
	return entered
}

// seed is the seed of what is drawn for the window under way: windows draw
// independently of each other, and the one at the start as the whole does.
func (w *windowWalk) seed(seed uint64) uint64 { return WindowSeed(seed, w.window().From) }

func WindowSeed(seed uint64, from time.Duration) uint64 {
	if from == 0 {
		return seed
	}
	return random.Derive(seed, uint64(from))
}

// EachWindow reads one window after the other, each a stream of its own.
func EachWindow(windows []Window, open func(Window) Stream) Stream {
	return &sequence{next: func() (Stream, error) {
		if len(windows) == 0 {
			return nil, io.EOF
		}
		w := windows[0]
		windows = windows[1:]
		return open(w), nil
	}}
}

// sequence reads one stream after the other, until next returns io.EOF.
type sequence struct {
	next func() (Stream, error)
	now  Stream
	err  error // what the last Read ended with
}

func (s *sequence) Read(dst []Request) (int, error) {
	if len(dst) == 0 {
		return 0, io.ErrShortBuffer
	}
	for s.err == nil {
		if s.now == nil {
			if s.now, s.err = s.next(); s.err != nil {
				break
			}
		}
		n, err := s.now.Read(dst)
		if n > 0 {
			return n, nil // an error comes again
		}
		if err == io.EOF {
			s.now = nil
			continue
		}
		s.err = err
	}
	return 0, s.err
}

// Close gives back what the stream under way holds.
func (s *sequence) Close() error { return closeStream(s.now) }

// OpenWindows looks the windows up.
func (r *Recorded) OpenWindows(windows []Window) (Stream, error) {
	index := func(at time.Duration) int {
		return sort.Search(len(r.requests), func(i int) bool { return r.requests[i].At >= at })
	}
	return EachWindow(windows, func(w Window) Stream {
		return &recordedStream{rest: r.requests[index(w.From):index(w.To)]}
	}), nil
}

// OpenWindows reads the windows of the source that lie as much later.
func (s *slice) OpenWindows(windows []Window) (Stream, error) {
	source, err := openWindows(s.source, moveWindows(windows, s.from))
	if err != nil {
		return nil, err
	}
	return &filterStream{source: source, judge: func(q *Request) verdict {
		q.At -= s.from
		return keepRequest
	}}, nil
}
