package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// rowParser reads one row. It writes the stamp into q.At and the sizes that it
// carries; it returns nil, or what is wrong with the row.
type rowParser interface {
	parse(row []byte, q *workload.Request) *rows.Defect
	carries() sizes.Fields
}

// eventTrace is a trace with a row for every request.
type eventTrace struct {
	source    source
	format    string
	header    bool   // the first line names the columns
	quotes    bool   // a quoted field may span lines
	spread    bool   // stamps are whole seconds; arrivals are drawn within them
	column    string // the name of the time, for errors
	newParser func() rowParser
}

// open starts reading from the first row. The caller says where bad rows are counted.
func (t *eventTrace) open(bad *rows.Tally) (*eventStream, error) {
	lines, err := t.source.file.Lines()
	if err != nil {
		return nil, err
	}
	s := &eventStream{trace: t, lines: lines, parser: t.newParser(), bad: bad}
	if t.spread {
		s.spread = newSpread(random.New(t.source.seed, random.Arrivals, 0))
	}
	if t.header {
		if _, err := lines.Content(); err != nil && err != io.EOF {
			return nil, err
		}
	}
	return s, nil
}

// eventStream reads requests: rows are parsed, sorted, spread within their
// second where the trace has no finer time, and counted from the first one.
type eventStream struct {
	trace  *eventTrace
	lines  *rows.Lines
	parser rowParser
	bad    *rows.Tally
	order  rows.Reorder
	spread *spread
	base   time.Duration // the stamp of the first request
	begun  bool
}

// Read fills dst with requests in order of arrival.
func (s *eventStream) Read(dst []workload.Request) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	n, err := s.take(dst)
	if err != nil {
		s.lines.Close()
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	if !s.begun {
		s.base, s.begun = dst[0].At, true
	}
	for i := range dst[:n] {
		dst[i].At -= s.base
	}
	return n, nil
}

func (s *eventStream) take(dst []workload.Request) (int, error) {
	if s.spread == nil {
		return s.sorted(dst)
	}
	n, err := s.spread.take(dst, s.sorted)
	if errors.Is(err, errCrowdedSecond) {
		err = s.locate(err)
	}
	return n, err
}

func (s *eventStream) sorted(dst []workload.Request) (int, error) {
	n, err := s.order.Take(dst, s.next)
	if errors.Is(err, rows.ErrTooLate) {
		err = s.locate(err)
	}
	return n, err
}

// next reads the next good row.
func (s *eventStream) next(q *workload.Request) error {
	for {
		row, err := s.row()
		if err != nil {
			return err
		}
		if len(row) == 0 || row[0] <= ' ' && len(bytes.TrimSpace(row)) == 0 {
			continue // a blank line holds nothing that could be lost
		}
		s.bad.Rows++
		d := s.parser.parse(row, q)
		if d == nil {
			return nil
		}
		s.bad.Add(s.lines, d)
	}
}

func (s *eventStream) row() ([]byte, error) {
	if s.trace.quotes {
		return s.lines.Record()
	}
	return s.lines.Next()
}

// Close gives the file back before the end.
func (s *eventStream) Close() error {
	s.lines.Close()
	return nil
}

// locate adds the file, line and column to an error that is about the order of rows.
func (s *eventStream) locate(err error) error {
	return s.lines.Fail(fmt.Errorf("%s: %w", s.trace.column, err))
}
