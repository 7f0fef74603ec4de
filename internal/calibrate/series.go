package calibrate

import (
	"cmp"
	"slices"
	"time"
)

// series is amounts at moments, for sums over any stretch of time.
type series struct {
	points []point
	sums   []float64 // up to and including each point
}

type point struct {
	at     time.Duration
	amount float64
}

func (s *series) add(at time.Duration, amount float64) {
	s.points = append(s.points, point{at, amount})
}

// close must follow the last add.
func (s *series) close() {
	slices.SortStableFunc(s.points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	sum := 0.0
	for _, p := range s.points {
		sum += p.amount
		s.sums = append(s.sums, sum)
	}
}

// between is the sum over (from, to].
func (s *series) between(from, to time.Duration) float64 { return s.upTo(to) - s.upTo(from) }

func (s *series) upTo(at time.Duration) float64 {
	i, _ := slices.BinarySearchFunc(s.points, at+1, func(p point, t time.Duration) int { return cmp.Compare(p.at, t) })
	if i == 0 {
		return 0
	}
	return s.sums[i-1]
}
