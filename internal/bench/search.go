package bench

import "math"

// search looks for the highest rate that passes: it doubles the rate from a first one until one does not pass (or halves
// it until one does), and then bisects. It takes for granted that a rate above one that did not pass does not pass either.
// So one disturbance could decide what comes out: the lowest rate that failed is tried once more before the search ends,
// and if it passes then, the search goes on above it.
type search struct {
	from, most, within float64

	low    float64   // the highest rate that passed; 0 for none
	failed []failure // above it, the lowest last
}

// failure is a rate that did not pass.
type failure struct {
	rate   float64
	isSure bool // trying it again would tell nothing new
}

// fewestShare is how far below the first rate the search goes.
const fewestShare = 1.0 / 16

// high is the lowest rate that did not pass; 0 for none.
func (s *search) high() float64 {
	if n := len(s.failed); n > 0 {
		return s.failed[n-1].rate
	}
	return 0
}

// next returns the rate to try; false when there is nothing more to find out.
func (s *search) next() (rate float64, ok bool) {
	if rate, ok = s.narrow(); ok {
		return rate, true
	}
	n := len(s.failed)
	return s.high(), n > 0 && !s.failed[n-1].isSure
}

// narrow returns a rate that was not tried yet; false when what passed and what did not are near each other.
func (s *search) narrow() (rate float64, ok bool) {
	high := s.high()
	switch {
	case s.low == 0 && high == 0:
		return min(s.from, s.most), true
	case high == 0:
		return min(2*s.low, s.most), s.low < s.most
	case s.low == 0:
		return high / 2, high > s.from*fewestShare
	default:
		return fourDigits(math.Sqrt(s.low * high)), high > s.low*(1+s.within)
	}
}

// pass notes that a rate passed.
func (s *search) pass(rate float64) {
	s.low = rate
	for s.high() > 0 && s.high() <= rate {
		s.failed = s.failed[:len(s.failed)-1]
	}
}

// fail notes that a rate did not pass; it is sure when it was tried for long, or failed before.
func (s *search) fail(rate float64, isSure bool) {
	if rate == s.high() {
		s.failed[len(s.failed)-1].isSure = true
		return
	}
	s.failed = append(s.failed, failure{rate, isSure})
}

// fourDigits keeps rates readable.
func fourDigits(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x))-3)
	return math.Round(x/unit) * unit
}
