package trace

import (
	"math/rand/v2"
	"time"
)

// spacing draws n times that are uniform within a period and hands them out in
// order, in constant memory: with n + 1 exponential gaps, the partial sums over
// the total are the order statistics of n uniform numbers (L. Devroye,
// Non-Uniform Random Variate Generation, 1986, theorem V.2.2). The gaps are
// drawn twice from the same seed, once for the total.
type spacing struct {
	pcg        rand.PCG
	rng        *rand.Rand
	left       int64
	start      time.Duration
	length     time.Duration
	sum, total float64
}

// begin takes n times in [start, start+length), drawn from two numbers of r.
func (s *spacing) begin(r *rand.Rand, n int64, start, length time.Duration) {
	if s.rng == nil {
		s.rng = rand.New(&s.pcg)
	}
	s.left, s.start, s.length, s.sum = n, start, length, 0
	high, low := r.Uint64(), r.Uint64()
	s.pcg.Seed(high, low)
	s.total = 0
	for range n + 1 {
		s.total += s.rng.ExpFloat64()
	}
	s.pcg.Seed(high, low)
}

// skip leaves out what one begin takes from r.
func (s *spacing) skip(r *rand.Rand) {
	r.Uint64()
	r.Uint64()
}

// next returns the next time; there are as many as begin was told.
func (s *spacing) next() time.Duration {
	s.left--
	s.sum += s.rng.ExpFloat64()
	offset := time.Duration(s.sum / s.total * float64(s.length))
	return s.start + min(offset, s.length-1)
}
