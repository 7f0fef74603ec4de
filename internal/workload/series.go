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

// Gapped is a series that notes stretches without traffic, which may be gaps of its collection.
type Gapped interface {
	// GapNote is the note on those within a part of the series, in the part's own time; "" where there are none.
	GapNote(part Window) string
}

// notesWithin are the notes on a part of a workload: those of a series on its gaps become those on the part's.
func notesWithin(w Workload, part Window) []string {
	info := w.Info()
	series, ok := seriesOf(w).(Gapped)
	if !ok {
		return info.Notes
	}
	whole, own := series.GapNote(Window{0, info.Span}), series.GapNote(part)
	var notes []string
	for _, n := range info.Notes {
		if n == whole {
			n = own
		}
		if n != "" {
			notes = append(notes, n)
		}
	}
	return notes
}
