package workload

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/duration"
)

// Slice keeps the requests from one time up to, not including, another, and
// counts time from the first. A to of 0 is the end of the workload; it is an
// error when the slice is empty or reaches beyond the end.
func Slice(w Workload, from, to time.Duration) (Workload, error) {
	span := w.Info().Span
	if to == 0 {
		to = span
	}
	if from < 0 || to <= from || to > span {
		return nil, fmt.Errorf("expected from < to within the span of %s, got from %s to %s",
			duration.Text(span), duration.Text(from), duration.Text(to))
	}
	if from == 0 && to == span {
		return w, nil
	}
	return &slice{source: w, from: from, to: to}, nil
}

type slice struct {
	source   Workload
	from, to time.Duration
}

// Info describes the workload.
func (s *slice) Info() Info {
	info := s.source.Info()
	info.Notes = withNote(info.Notes, "the part from %s to %s of %s", duration.Text(s.from), duration.Text(s.to), duration.Text(info.Span))
	info.Span = s.to - s.from
	return info
}

// Open starts from the first request of the slice.
func (s *slice) Open() (Stream, error) {
	source, err := s.source.Open()
	if err != nil {
		return nil, err
	}
	return &filterStream{source: source, judge: func(q *Request) verdict {
		switch {
		case q.At < s.from:
			return skipRequest
		case q.At >= s.to:
			return stopReading
		}
		q.At -= s.from
		return keepRequest
	}}, nil
}

func (s *slice) Rescale(factor float64) (Workload, error) {
	scaled, err := rescaled(s.source, factor)
	if err != nil {
		return nil, err
	}
	return &slice{source: scaled, from: s.from, to: s.to}, nil
}

// withNote returns the notes and one more, without touching the caller's slice.
func withNote(notes []string, format string, args ...any) []string {
	return append(notes[:len(notes):len(notes)], fmt.Sprintf(format, args...))
}
