package trace

import (
	"fmt"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
)

// maxPerSecond bounds the rows of one second, and with it the memory of spread.
const maxPerSecond = 1 << 20

// spread gives the rows of one second, which a log cannot tell apart, times that
// are uniform within it. The order of the rows is kept.
type spread struct {
	rng     *rand.Rand
	spacing spacing
	batch   []workload.Request
	rest    []workload.Request // of batch: read and not yet in a group
	group   []workload.Request // of one second
	done    int                // of group: handed out
}

var errCrowdedSecond = fmt.Errorf("more than %d rows have the same second: this is no access log with a time for each request", maxPerSecond)

func newSpread(rng *rand.Rand) *spread {
	return &spread{rng: rng, batch: make([]workload.Request, 512)}
}

// take hands out up to len(dst) requests of the rows that read gives; 0 without an error is the end.
func (s *spread) take(dst []workload.Request, read func([]workload.Request) (int, error)) (int, error) {
	if s.done == len(s.group) {
		if err := s.collect(read); err != nil {
			return 0, err
		}
		s.draw()
	}
	n := copy(dst, s.group[s.done:])
	s.done += n
	return n, nil
}

// collect reads the rows of the next second.
func (s *spread) collect(read func([]workload.Request) (int, error)) error {
	s.group, s.done = s.group[:0], 0
	for {
		if len(s.rest) == 0 {
			n, err := read(s.batch)
			if err != nil || n == 0 {
				return err
			}
			s.rest = s.batch[:n]
		}
		for i, q := range s.rest {
			if len(s.group) > 0 && q.At != s.group[0].At {
				s.rest = s.rest[i:]
				return nil
			}
			s.group = append(s.group, q)
		}
		s.rest = nil
		if len(s.group) > maxPerSecond {
			return errCrowdedSecond
		}
	}
}

func (s *spread) draw() {
	if len(s.group) == 0 {
		return
	}
	s.spacing.begin(s.rng, int64(len(s.group)), s.group[0].At, time.Second)
	for i := range s.group {
		s.group[i].At = s.spacing.next()
	}
}
