package workload

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/duration"
)

// Window is the stretch of time from From up to, not including, To.
type Window struct{ From, To time.Duration }

// Select keeps the requests within windows and closes the gaps between them.
// Windows are in order, do not overlap and lie within the span, else it is an
// error; those that touch are one. Inside a window, and so for queues, batches
// and short bursts, nothing changes. What lasts longer than a window, such as a
// cold-start window, sees the selection and not the traffic.
//
// What is between the windows is not drawn, where that can be avoided:
//
//   - Requests in memory, and arrivals drawn from counts (rates, functions), are
//     the very ones that the whole has in the windows. Files of requests are read through.
//   - Generated traffic and clients of servegen have other requests of the same
//     kind: the rate of that time, under way at the start of the window, and the
//     same states of mmpp.
//   - Sizes, thinning and superposition draw anew for each window.
//
// What is drawn depends on the seed and on where the window begins, not on what
// else is selected: windows that begin elsewhere draw independently. To
// superposition, windows within a minute of each other are one. Rounds of
// repeated traffic stay the same requests.
func Select(w Workload, windows []Window) (Workload, error) {
	joined, err := joinWindows(windows, w.Info().Span)
	if err != nil {
		return nil, err
	}
	if covers(joined, w.Info().Span) {
		return w, nil
	}
	return &selected{source: w, windows: joined, given: len(windows)}, nil
}

// joinWindows checks windows and makes one of those that touch.
func joinWindows(windows []Window, span time.Duration) ([]Window, error) {
	if len(windows) == 0 {
		return nil, errors.New("nothing selected: expected at least one window")
	}
	var joined []Window
	var last time.Duration
	for _, w := range windows {
		if w.From < last || w.To <= w.From || w.To > span {
			return nil, fmt.Errorf("expected windows in order, apart and within the span of %s, got one from %s to %s after %s",
				duration.Text(span), duration.Text(w.From), duration.Text(w.To), duration.Text(last))
		}
		last = w.To
		joined = appendJoined(joined, w)
	}
	return joined, nil
}

// appendJoined appends a window that does not begin before the last one, with which it becomes one where they meet.
func appendJoined(windows []Window, w Window) []Window {
	if n := len(windows); n > 0 && w.From <= windows[n-1].To {
		windows[n-1].To = max(windows[n-1].To, w.To)
		return windows
	}
	return append(windows, w)
}

func covers(windows []Window, span time.Duration) bool {
	return len(windows) == 1 && windows[0].From == 0 && windows[0].To >= span
}

type selected struct {
	source  Workload
	windows []Window
	given   int // windows before those that touch were joined
}

// Info describes the workload.
func (s *selected) Info() Info {
	info := s.source.Info()
	var kept time.Duration
	for _, w := range s.windows {
		kept += w.To - w.From
	}
	info.Notes = withNote(info.Notes, "a selection of %d windows, %s of %s", s.given, duration.Text(kept), duration.Text(info.Span))
	info.Span = kept
	return info
}

// Open starts from the first request.
func (s *selected) Open() (Stream, error) {
	source, err := openWindows(s.source, s.windows)
	if err != nil {
		return nil, err
	}
	walk := windowWalk{windows: s.windows}
	var shift, end time.Duration
	return &filterStream{source: source, judge: func(q *Request) verdict {
		for walk.passes(q.At) {
			w := walk.window()
			shift += w.From - end
			end = w.To
		}
		q.At -= shift
		return keepRequest
	}}, nil
}

func (s *selected) Rescale(factor float64) (Workload, error) {
	scaled, err := rescaled(s.source, factor)
	if err != nil {
		return nil, err
	}
	return &selected{source: scaled, windows: s.windows, given: s.given}, nil
}
