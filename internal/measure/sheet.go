package measure

import (
	"io"
	"time"
)

// Sheet is a log of which only what the figures need is kept, about 30 bytes for each request, so that a long run can be
// analysed by the small program that made it.
type Sheet struct {
	header     Header
	end        *End
	dropped    int64
	damage     string
	coldStarts []ColdStart
	keepAlives []KeepAlive
	requests   int64
	last       time.Duration // when the last answer was in
	targets    []rows
}

// ReadSheet reads a log as ReadLog does, with the same errors, frame by frame.
func ReadSheet(r io.Reader) (*Sheet, error) {
	var s *Sheet
	tail, err := readLog(r, func(h Header) sink {
		s = newSheet(h)
		return s
	})
	if err != nil {
		return nil, err
	}
	s.end, s.dropped, s.damage = tail.end, tail.dropped, tail.damage
	return s, nil
}

func newSheet(h Header) *Sheet {
	s := &Sheet{header: h, targets: make([]rows, len(h.Targets))}
	for i := range s.targets {
		s.targets[i].metrics = make([]column, len(metrics()))
	}
	return s
}

// Sheet is the sheet of a log that was read as a whole.
func (l *Log) Sheet() *Sheet {
	s := newSheet(l.Header)
	for i := range l.Records {
		s.record(&l.Records[i])
	}
	s.coldStarts, s.keepAlives = l.ColdStarts, l.KeepAlives
	s.end, s.dropped, s.damage = l.End, l.Dropped, l.Damage
	return s
}

func (s *Sheet) record(r *Record) {
	s.requests++
	s.last = max(s.last, r.LastByte)
	s.targets[r.Target].add(r, r.Scheduled >= s.header.Warmup)
}

func (s *Sheet) coldStart(c ColdStart) { s.coldStarts = append(s.coldStarts, c) }
func (s *Sheet) keepAlive(k KeepAlive) { s.keepAlives = append(s.keepAlives, k) }
