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
	source, err := s.source.Open()
	if err != nil {
		return nil, err
	}
	return s.superpose(source, everything), nil
}

// OpenWindows reads as much around each window as copies can come from, and
// draws them anew for each such stretch.
func (s *superposed) OpenWindows(windows []Window) (Stream, error) {
	span := s.source.Info().Span
	reach := s.reach(span)
	var around []Window
	for _, w := range windows {
		around = appendJoined(around, Window{max(w.From, reach) - reach, w.To + min(reach, span-w.To)})
	}
	source, err := openWindows(s.source, around)
	if err != nil {
		return nil, err
	}
	return Within(s.superpose(source, around), windows), nil
}

func (s *superposed) reach(span time.Duration) time.Duration { return min(maxDisplacement, span/2) }

// superpose copies the requests of a source, all of which are within windows.
func (s *superposed) superpose(source Stream, windows []Window) Stream {
	whole, fraction := math.Modf(s.factor)
	span := s.source.Info().Span
	return &superposeStream{
		source: newCursor(source), span: span, reach: s.reach(span),
		further: int(whole) - 1, fraction: fraction,
		walk: windowWalk{windows: windows}, seed: s.seed,
	}
}

// superposeStream reads its source by reach ahead of what it gives out: no
// request further on has a copy that is earlier.
type superposeStream struct {
	source   *cursor
	span     time.Duration
	reach    time.Duration
	further  int     // copies after the first that every request has
	fraction float64 // probability of one more

	walk            windowWalk
	seed            uint64
	extra, displace *rand.Rand // of the window under way
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
	if s.walk.enters(q.At) {
		seed := s.walk.seed(s.seed)
		s.extra = random.New(seed, random.Superposition, 0)
		s.displace = random.New(seed, random.Superposition, 1)
	}
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
