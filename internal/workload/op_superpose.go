package workload

import (
	"io"
	"math"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// maxDisplacement is how far a copy may lie from its request, before or after:
// far against the gaps of busy traffic, so that copies do not arrive together,
// and near against the minutes and hours that autoscalers and the shape of a
// day live on.
const maxDisplacement = 30 * time.Second

// superposed is a workload with several copies of each request. The first stays
// where it is; each further one is displaced by its own time, uniform up to
// maxDisplacement (half the span, if that is shorter) to both sides and
// reflected at the ends of the span, so that steady traffic stays steady up to
// its ends. Copies keep their request's sizes.
//
// Memory holds the requests of half a minute and the copies of a whole one.
type superposed struct {
	source Workload
	factor float64
	seed   uint64
}

// Info describes the workload.
func (s *superposed) Info() Info {
	info := s.source.Info()
	info.Notes = withNote(info.Notes, "scaled by %g: further copies of each request are displaced by up to %s", s.factor, maxDisplacement)
	return info
}

// Open starts from the first request.
func (s *superposed) Open() (Stream, error) {
	source, err := newCursor(s.source)
	if err != nil {
		return nil, err
	}
	whole, fraction := math.Modf(s.factor)
	span := s.source.Info().Span
	return &superposeStream{
		source: source, span: span, reach: min(maxDisplacement, span/2),
		further: int(whole) - 1, fraction: fraction,
		extra:    random.New(s.seed, random.Superposition, 0),
		displace: random.New(s.seed, random.Superposition, 1),
	}, nil
}

// superposeStream reads its source by reach ahead of what it gives out: no
// request further on has a copy that is earlier.
type superposeStream struct {
	source   *cursor
	span     time.Duration
	reach    time.Duration
	further  int     // copies after the first that every request has
	fraction float64 // probability of one more

	extra, displace *rand.Rand
	originals       requestQueue
	copies          requestHeap
}

func (s *superposeStream) Read(dst []Request) (int, error) {
	if len(dst) == 0 {
		return 0, io.ErrShortBuffer
	}
	for n := range dst {
		err := s.readAhead()
		switch {
		case s.originals.len() > 0 && (len(s.copies) == 0 || s.originals.head().At <= s.copies[0].At):
			dst[n] = s.originals.pop()
		case len(s.copies) > 0:
			dst[n] = s.copies.pop()
		case n > 0:
			return n, nil // the source says its error again next time
		case err != nil:
			return 0, err
		default:
			return 0, io.EOF
		}
	}
	return len(dst), nil
}

// Close gives back what the source holds.
func (s *superposeStream) Close() error { return closeStream(s.source.source) }

// readAhead takes requests from the source until none that is left can have a
// copy before what comes next.
func (s *superposeStream) readAhead() error {
	for {
		q, err := s.source.peek()
		if q == nil || err != nil {
			return err
		}
		if next, ok := s.next(); ok && q.At-s.reach > next {
			return nil
		}
		s.source.take()
		s.originals.push(*q)
		s.copy(*q)
	}
}

// next returns the time of what comes next, if anything is there.
func (s *superposeStream) next() (time.Duration, bool) {
	switch {
	case s.originals.len() == 0 && len(s.copies) == 0:
		return 0, false
	case s.originals.len() == 0:
		return s.copies[0].At, true
	case len(s.copies) == 0:
		return s.originals.head().At, true
	}
	return min(s.originals.head().At, s.copies[0].At), true
}

// copy adds the further copies of a request.
func (s *superposeStream) copy(q Request) {
	copies := s.further
	if s.fraction > 0 && s.extra.Float64() < s.fraction {
		copies++
	}
	for range copies {
		displaced := q
		displaced.At += time.Duration(s.displace.Int64N(2*int64(s.reach)+1)) - s.reach
		switch {
		case displaced.At < 0:
			displaced.At = -1 - displaced.At
		case displaced.At >= s.span:
			displaced.At = 2*s.span - 1 - displaced.At
		}
		s.copies.push(displaced)
	}
}
