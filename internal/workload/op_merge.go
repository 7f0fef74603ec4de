package workload

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/duration"
	"fulcrum.dev/fulcrum/internal/random"
)

// Merge plays workloads on top of each other, aligned at the start. The span is
// the longest one. Requests at the same instant come in the order of ws.
func Merge(ws ...Workload) (Workload, error) {
	switch len(ws) {
	case 0:
		return nil, errors.New("nothing to merge: expected at least one workload")
	case 1:
		return ws[0], nil
	}
	return &merged{parts: slices.Clone(ws)}, nil
}

type merged struct{ parts []Workload }

// Info describes the workload.
func (m *merged) Info() Info {
	sum := m.parts[0].Info()
	names := []string{sum.Name}
	sum.Notes = nil
	for _, w := range m.parts[1:] {
		info := w.Info()
		names = append(names, info.Name)
		if info.Format != sum.Format {
			sum.Format = "merged"
		}
		sum.Span = max(sum.Span, info.Span)
		sum.Rows += info.Rows
		sum.BadRows += info.BadRows
		sum.Resolution = max(sum.Resolution, info.Resolution)
		sum.HasTokens = sum.HasTokens || info.HasTokens
		sum.HasWork = sum.HasWork || info.HasWork
		sum.HasPriorities = sum.HasPriorities || info.HasPriorities
	}
	sum.Name = strings.Join(names, " + ")
	sum.Notes = m.notes(sum.Span)
	return sum
}

// notes says of which part each note is, and which parts end early.
func (m *merged) notes(span time.Duration) []string {
	var notes []string
	for i, w := range m.parts {
		info := w.Info()
		part := fmt.Sprintf("part %d (%s)", i+1, info.Name)
		for _, note := range info.Notes {
			notes = append(notes, part+": "+note)
		}
		if info.Span < span {
			notes = append(notes, fmt.Sprintf("%s ends after %s of %s", part, duration.Text(info.Span), duration.Text(span)))
		}
	}
	return notes
}

// Open starts from the first request.
func (m *merged) Open() (Stream, error) { return m.open(Workload.Open) }

// OpenWindows merges the windows of the parts.
func (m *merged) OpenWindows(windows []Window) (Stream, error) {
	return m.open(func(w Workload) (Stream, error) { return openWindows(w, windows) })
}

// open opens every part.
func (m *merged) open(open func(Workload) (Stream, error)) (Stream, error) {
	s := &mergeStream{}
	for _, w := range m.parts {
		source, err := open(w)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.sources = append(s.sources, newCursor(source))
	}
	return s, nil
}

// Rescale makes every part again at another rate, when all of them can be.
func (m *merged) Rescale(factor float64) (Workload, error) {
	again := &merged{parts: make([]Workload, len(m.parts))}
	for i, w := range m.parts {
		var err error
		if again.parts[i], err = rescaled(w, factor); err != nil {
			return nil, err
		}
	}
	return again, nil
}

// scale scales each part by itself.
func (m *merged) scale(factor float64, seed uint64) (Workload, error) {
	scaled := &merged{parts: make([]Workload, len(m.parts))}
	for i, w := range m.parts {
		var err error
		if scaled.parts[i], err = Scale(w, factor, random.Derive(seed, uint64(i))); err != nil {
			return nil, err
		}
	}
	return scaled, nil
}

// mergeStream looks at the head of every source: there are few.
type mergeStream struct{ sources []*cursor }

func (s *mergeStream) Read(dst []Request) (int, error) {
	if len(dst) == 0 {
		return 0, io.ErrShortBuffer
	}
	for n := range dst {
		first, err := s.first()
		switch {
		case first != nil:
			dst[n] = first.rest[0]
			first.take()
		case n > 0:
			return n, nil // first says the same again next time
		case err != nil:
			return 0, err
		default:
			return 0, io.EOF
		}
	}
	return len(dst), nil
}

// Close gives back what the sources hold.
func (s *mergeStream) Close() error {
	var err error
	for _, c := range s.sources {
		err = errors.Join(err, closeStream(c.source))
	}
	return err
}

// first returns the source with the earliest request, or nil at the end.
func (s *mergeStream) first() (*cursor, error) {
	var (
		first *cursor
		at    time.Duration
	)
	for _, c := range s.sources {
		q, err := c.peek()
		if err != nil {
			return nil, err
		}
		if q != nil && (first == nil || q.At < at) {
			first, at = c, q.At
		}
	}
	return first, nil
}
