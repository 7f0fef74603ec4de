package workload

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"time"

	"fulcrum.dev/fulcrum/internal/unit"
)

// Sample keeps every n-th block of time (the first, the n+1st, ...), closes the
// gaps and so shortens the span by about n. Inside a block, and so for queues,
// batches and short bursts, nothing changes; the shape of a day is kept, n times
// as fast, when a block is much shorter than a day. Seams join moments that are
// (n-1) blocks apart. What lasts longer than a block, such as a cold-start
// window, sees the sample and not the traffic.
//
// Of generated traffic only the kept blocks are drawn, independently of each
// other: they have the rate, the gaps and the shapes of the whole at their place,
// but are not the same requests, and a state of mmpp ends with its block.
// Requests that only exist as a record, and traffic that is repeated, are read
// through.
func Sample(w Workload, everyNth int, block time.Duration) (Workload, error) {
	switch {
	case everyNth < 1 || block <= 0:
		return nil, fmt.Errorf("expected a sample of 1 in at least 1 and blocks longer than 0, got 1 in %d and %s", everyNth, unit.Duration(block))
	case everyNth == 1 || block >= w.Info().Span:
		return w, nil
	case int64(everyNth) > math.MaxInt64/int64(block):
		return nil, fmt.Errorf("one in %d blocks of %s: the next one begins beyond the end of time", everyNth, unit.Duration(block))
	}
	return &sampled{source: w, everyNth: everyNth, block: block}, nil
}

type sampled struct {
	source   Workload
	everyNth int
	block    time.Duration
}

func (s *sampled) period() time.Duration { return s.block * time.Duration(s.everyNth) }

// Info describes the workload.
func (s *sampled) Info() Info {
	info := s.source.Info()
	whole, rest := info.Span/s.period(), info.Span%s.period()
	info.Notes = withNote(info.Notes, "a 1-in-%d sample of %s blocks of %s", s.everyNth, unit.Duration(s.block), unit.Duration(info.Span))
	info.Span = whole*s.block + min(rest, s.block)
	return info
}

// maxWindows is up to how many blocks are read by themselves. Each takes some
// microseconds even when it is empty, and a long span has any number of very
// short ones: then the source is read through.
const maxWindows = 100_000

// Open starts from the first request.
func (s *sampled) Open() (Stream, error) {
	if m, ok := s.source.(*merged); ok {
		return s.sampleParts(m).Open()
	}
	if span := s.source.Info().Span; span/s.period() < maxWindows {
		blocks := &blockStream{sampled: s, span: span}
		err := blocks.open()
		if err == nil {
			return blocks, nil
		}
		if !errors.Is(err, errNoWindow) {
			return nil, err
		}
	}
	return s.readThrough()
}

// sampleParts returns the merge of the samples of the parts, which is the
// sample of the merge: the blocks of all parts begin together.
func (s *sampled) sampleParts(m *merged) *merged {
	parts := &merged{parts: make([]Workload, len(m.parts))}
	for i, w := range m.parts {
		parts.parts[i] = &sampled{source: w, everyNth: s.everyNth, block: s.block}
	}
	return parts
}

// readThrough reads the whole source and leaves out what is between the blocks.
func (s *sampled) readThrough() (Stream, error) {
	source, err := s.source.Open()
	if err != nil {
		return nil, err
	}
	// Requests are in order: the current period advances by steps, which spares a division each.
	var begin, shift time.Duration
	period, gap := s.period(), s.period()-s.block
	return &filterStream{source: source, judge: func(q *Request) verdict {
		if since := q.At - begin; since >= period {
			periods := since / period
			begin += periods * period
			shift += periods * gap
		}
		if q.At-begin >= s.block {
			return skipRequest
		}
		q.At -= shift
		return keepRequest
	}}, nil
}

func (s *sampled) rescale(factor float64) (Workload, error) {
	scaled, err := rescaled(s.source, factor)
	if err != nil {
		return nil, err
	}
	return &sampled{source: scaled, everyNth: s.everyNth, block: s.block}, nil
}

// blockStream reads the kept blocks one after the other, and nothing in between.
type blockStream struct {
	*sampled
	span   time.Duration // of the source
	begin  time.Duration // of the block under way, in the source
	kept   time.Duration // the time of the blocks before it
	window Stream
	err    error // what a block ended with, once its requests are out
}

// open begins the block under way, which the end of the source may cut.
func (s *blockStream) open() (err error) {
	s.window, err = windowOf(s.source, s.begin, s.begin+min(s.block, s.span-s.begin))
	return err
}

func (s *blockStream) Read(dst []Request) (int, error) {
	if len(dst) == 0 {
		return 0, io.ErrShortBuffer
	}
	for s.err == nil {
		n, err := s.window.Read(dst)
		for i := range dst[:n] {
			dst[i].At += s.kept
		}
		if err == io.EOF {
			err = s.advance()
		}
		s.err = err
		if n > 0 {
			return n, nil
		}
	}
	return 0, s.err
}

// advance goes on to the next block, or returns io.EOF after the last.
func (s *blockStream) advance() error {
	if s.period() >= s.span-s.begin {
		return io.EOF
	}
	s.begin += s.period()
	s.kept += s.block
	return s.open()
}

// Close gives back what the block under way holds.
func (s *blockStream) Close() error { return closeStream(s.window) }

// windowed is a workload of which any stretch can be read without what comes
// before it: the requests from one time up to, not including, another, counted
// from the first. The same stretch reads the same each time; generated traffic
// draws it by itself. It returns errNoWindow when it cannot after all.
type windowed interface {
	window(from, to time.Duration) (Stream, error)
}

var errNoWindow = errors.New("can only be read from the start")

func windowOf(w Workload, from, to time.Duration) (Stream, error) {
	if r, ok := w.(windowed); ok {
		return r.window(from, to)
	}
	return nil, errNoWindow
}

// window is the window of the source that lies as much later.
func (s *slice) window(from, to time.Duration) (Stream, error) {
	return windowOf(s.source, s.from+from, s.from+to)
}

// window looks its ends up: what is in memory need not be read through.
func (r *Recorded) window(from, to time.Duration) (Stream, error) {
	index := func(at time.Duration) int {
		return sort.Search(len(r.requests), func(i int) bool { return r.requests[i].At >= at })
	}
	stretch := &recordedStream{rest: r.requests[index(from):index(to)]}
	return &filterStream{source: stretch, judge: func(q *Request) verdict {
		q.At -= from
		return keepRequest
	}}, nil
}
