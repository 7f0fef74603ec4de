package workload

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Repeat plays a workload n times in a row (n of at least 1); the span grows with it.
func Repeat(w Workload, n int) (Workload, error) {
	span := w.Info().Span
	switch {
	case n < 1:
		return nil, fmt.Errorf("expected to repeat at least 1 time, got %d", n)
	case n == 1:
		return w, nil
	case span <= 0:
		return nil, errors.New("a workload without a span cannot be repeated")
	case int64(n) > math.MaxInt64/int64(span):
		return nil, fmt.Errorf("%d times %s is longer than %s, the longest time there is here", n, span, time.Duration(math.MaxInt64))
	}
	return &repeated{source: w, times: n, span: span}, nil
}

type repeated struct {
	source Workload
	times  int
	span   time.Duration // of the source
}

// Info describes the workload.
func (r *repeated) Info() Info {
	info := r.source.Info()
	info.Span = r.span * time.Duration(r.times)
	info.Notes = withNote(info.Notes, "played %d times in a row", r.times)
	return info
}

// Open starts from the first request.
func (r *repeated) Open() (Stream, error) {
	source, err := r.source.Open()
	if err != nil {
		return nil, err
	}
	return &repeatStream{repeated: r, source: source, left: r.times - 1}, nil
}

// OpenWindows reads, in every round that windows touch, what they want of any
// round, so that rounds are the same requests.
func (r *repeated) OpenWindows(windows []Window) (Stream, error) {
	ofRound := r.fold(windows)
	left, round, empty := Remaining(windows), int64(-1), false
	next := func() (Stream, error) {
		round++
		left.Touch(time.Duration(round)*r.span, time.Duration(round)*r.span)
		if empty || len(left) == 0 {
			return nil, io.EOF // after an empty round, however many there are: the others are no different
		}
		round = max(round, int64(left[0].From/r.span))
		offset := time.Duration(round) * r.span
		empty = true
		source, err := openWindows(r.source, ofRound)
		if err != nil {
			return nil, err
		}
		return &filterStream{source: source, judge: func(q *Request) verdict {
			q.At += offset
			empty = false
			return keepRequest
		}}, nil
	}
	return Within(&sequence{next: next}, windows), nil
}

// fold returns the windows of one round that together hold those of all rounds.
func (r *repeated) fold(windows []Window) []Window {
	var parts []Window
	for _, w := range windows {
		from, length := w.From%r.span, w.To-w.From
		switch rest := r.span - from; {
		case length >= r.span:
			return []Window{{0, r.span}}
		case length <= rest:
			parts = append(parts, Window{from, from + length})
		default:
			parts = append(parts, Window{from, r.span}, Window{0, length - rest})
		}
	}
	slices.SortFunc(parts, func(a, b Window) int { return cmp.Compare(a.From, b.From) })
	var folded []Window
	for _, w := range parts {
		folded = appendJoined(folded, w)
	}
	return folded
}

func (r *repeated) Rescale(factor float64) (Workload, error) {
	scaled, err := rescaled(r.source, factor)
	if err != nil {
		return nil, err
	}
	return &repeated{source: scaled, times: r.times, span: r.span}, nil
}

type repeatStream struct {
	*repeated
	source Stream
	left   int // rounds after this one
	offset time.Duration
	any    bool  // whether this round had a request
	err    error // what a round ended with, to be handled once its requests are out
}

func (s *repeatStream) Read(dst []Request) (int, error) {
	if len(dst) == 0 {
		return 0, io.ErrShortBuffer
	}
	for {
		if s.err != nil {
			if s.err != io.EOF || s.left == 0 || !s.any {
				return 0, s.err // also when rounds are empty, however many
			}
			if err := s.restart(); err != nil {
				return 0, err
			}
		}
		n, err := s.source.Read(dst)
		s.err = err
		for i := range dst[:n] {
			dst[i].At += s.offset
		}
		if n > 0 {
			s.any = true
			return n, nil
		}
	}
}

// Close gives back what the round under way holds.
func (s *repeatStream) Close() error { return closeStream(s.source) }

// restart begins the next round.
func (s *repeatStream) restart() error {
	source, err := s.repeated.source.Open()
	if err != nil {
		return err
	}
	s.source, s.err, s.any = source, nil, false
	s.left--
	s.offset += s.span
	return nil
}
