package record

import (
	"io"
	"iter"
	"time"
)

// Columns are a log of which only what figures need is kept, about 30 bytes for each request, so that the program that
// made a long run can also analyse it. The fields that Log has too mean the same here.
type Columns struct {
	Header     Header
	ColdStarts []ColdStart
	KeepAlives []KeepAlive
	End        *End
	Dropped    int64
	Damage     string

	// Requests is the number of records, Last the time at which the last answer was complete.
	Requests int64
	Last     time.Duration
	// Targets are the requests of each target, in the order of Header.Targets.
	Targets []Rows
}

// ReadColumns reads a log frame by frame, with the same errors as ReadLog.
func ReadColumns(r io.Reader) (*Columns, error) {
	var c *Columns
	tail, err := readLog(r, func(h Header) sink {
		c = newColumns(h)
		return c
	})
	if err != nil {
		return nil, err
	}
	c.End, c.Dropped, c.Damage = tail.end, tail.dropped, tail.damage
	c.sort()
	return c, nil
}

func newColumns(h Header) *Columns {
	c := &Columns{Header: h, Targets: make([]Rows, len(h.Targets))}
	for i := range c.Targets {
		c.Targets[i].times = make([]column, metrics)
	}
	return c
}

// Columns returns the columns of a log that was read as a whole.
func (l *Log) Columns() *Columns {
	c := newColumns(l.Header)
	for i := range l.Records {
		c.record(&l.Records[i])
	}
	c.ColdStarts, c.KeepAlives = l.ColdStarts, l.KeepAlives
	c.End, c.Dropped, c.Damage = l.End, l.Dropped, l.Damage
	c.sort()
	return c
}

// Lateness goes through all requests that were sent, also in the warm-up: when each was due, and how late it was.
func (c *Columns) Lateness() iter.Seq2[time.Duration, time.Duration] {
	return func(yield func(due, late time.Duration) bool) {
		for i := range c.Targets {
			t := &c.Targets[i]
			for row := range t.count {
				if d := t.late.at(row); d >= 0 && !yield(t.Scheduled(row), time.Duration(d)) {
					return
				}
			}
		}
	}
}

// Span is when the last request was due.
func (c *Columns) Span() time.Duration {
	var span time.Duration
	for i := range c.Targets {
		for row := range c.Targets[i].count {
			span = max(span, c.Targets[i].Scheduled(row))
		}
	}
	return span
}

func (c *Columns) sort() {
	for i := range c.Targets {
		c.Targets[i].sort(c.Header.Warmup)
	}
}

func (c *Columns) record(r *Record) {
	c.Requests++
	c.Last = max(c.Last, r.LastByte)
	c.Targets[r.Target].add(r, r.Scheduled >= c.Header.Warmup)
}

func (c *Columns) coldStart(s ColdStart) { c.ColdStarts = append(c.ColdStarts, s) }
func (c *Columns) keepAlive(k KeepAlive) { c.KeepAlives = append(c.KeepAlives, k) }
