package bench

import "math"

// search looks for the highest rate that passes: it doubles the rate from a first one until one does not pass (or halves
// it until one does), and then bisects. It takes for granted that a rate above one that did not pass does not pass either.
type search struct {
	from, most, within float64
	low, high          float64 // the highest rate that passed, and the lowest that did not; 0 for none
}

// fewestShare is how far below the first rate the search goes.
const fewestShare = 1.0 / 16

// next returns the rate to try; false when there is nothing more to find out.
func (s *search) next() (rate float64, ok bool) {
	switch {
	case s.low == 0 && s.high == 0:
		return min(s.from, s.most), true
	case s.high == 0:
		return min(2*s.low, s.most), s.low < s.most
	case s.low == 0:
		return s.high / 2, s.high > s.from*fewestShare
	default:
		return fourDigits(math.Sqrt(s.low * s.high)), s.high > s.low*(1+s.within)
	}
}

// take notes what came of a rate that next returned.
func (s *search) take(rate float64, passed bool) {
	if passed {
		s.low = rate
	} else {
		s.high = rate
	}
}

// fourDigits keeps rates readable.
func fourDigits(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x))-3)
	return math.Round(x/unit) * unit
}
