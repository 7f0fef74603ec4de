package policy

// series remembers the last values of a sequence.
type series struct {
	values []float64 // a ring
	next   int       // where the next value goes
	count  int       // values that are there
}

func newSeries(size int) series { return series{values: make([]float64, size)} }

func (s *series) add(x float64) {
	s.values[s.next] = x
	s.next = (s.next + 1) % len(s.values)
	s.count = min(s.count+1, len(s.values))
}

// ago returns the value that came i values before the newest one, if it is remembered.
func (s *series) ago(i int) (x float64, known bool) {
	if i >= s.count {
		return 0, false
	}
	return s.values[(s.next-1-i+len(s.values))%len(s.values)], true
}

// mean returns the mean of what is remembered; 0 of nothing.
func (s *series) mean() float64 {
	sum := 0.0
	for i := range s.count {
		sum += s.values[i]
	}
	return sum / float64(max(s.count, 1))
}
