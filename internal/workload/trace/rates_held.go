package trace

import (
	"io"
	"math"
)

// periodCounts reads the counts of a series in order of time; it may leave out
// those that are 0. It returns io.EOF at the end.
type periodCounts interface {
	next() (index, count int64, err error)
	close()
}

// openCounts starts from the first period: in memory where the counts are held, else in the file.
func (s *rateSeries) openCounts() (periodCounts, error) {
	if s.held != nil {
		left := s.held
		return &left, nil
	}
	return s.open()
}

// heldCounts is the counts of a series that are not 0.
type heldCounts []periodCount

type periodCount struct {
	index uint32
	count int32 // up to maxPerPeriod
}

// add appends a count, unless there are limit of them already or they are over too long a time, and tells whether it did.
func (h *heldCounts) add(index, count int64, limit int) bool {
	if len(*h) >= limit || index > math.MaxUint32 {
		return false
	}
	*h = append(*h, periodCount{uint32(index), int32(count)})
	return true
}

// next takes the first of what is left.
func (h *heldCounts) next() (index, count int64, err error) {
	if len(*h) == 0 {
		return 0, 0, io.EOF
	}
	first := (*h)[0]
	*h = (*h)[1:]
	return int64(first.index), int64(first.count), nil
}

func (h *heldCounts) close() {}
