package workload

import (
	"context"
	"time"
)

// Series is a workload of which only counts per period were recorded, or rates.
// What describes it goes by the counts, rather than by the arrivals that were drawn.
type Series interface {
	Workload
	Grid() Grid
	// Counts yields the periods that are not empty, in order. Counts that are
	// expectations are not whole. It stops soon after ctx has ended, with the
	// context's error.
	Counts(ctx context.Context, yield func(index int64, count float64)) error
}

// Grid says how counts lie in time.
type Grid struct {
	Period  time.Duration
	Periods int64
	// Gap is the shortest run of zeros that is no traffic but a hole in the data; 0 is never.
	Gap time.Duration
	// ClientCV is the coefficient of variation of gaps, mean over clients weighted by rate; 0 when it is not recorded.
	ClientCV float64
}

// seriesOf returns the counts that a workload was drawn from, or nil.
func seriesOf(w Workload) Series {
	switch w := w.(type) {
	case Series:
		return w
	case *Recorded:
		return seriesOf(w.source)
	case *sized:
		return seriesOf(w.source)
	}
	return nil
}
