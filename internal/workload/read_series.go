package workload

import (
	"errors"
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const (
	// minGap is the shortest run of zero counts that is reported as a possible gap of the collection.
	minGap = 10 * time.Minute
	// expectedInGap is how many requests the mean rate would bring in a run of
	// zeros before it is taken for a gap rather than for a lull.
	expectedInGap = 100
)

// binned is a workload of which only counts per period were recorded. What
// describes it goes by the counts, rather than by the arrivals that were drawn.
type binned interface {
	Workload
	grid() grid
	// counts yields the periods that are not empty, in order. Counts that are
	// expectations are not whole.
	counts(yield func(index int64, count float64)) error
}

// grid says how counts lie in time.
type grid struct {
	period  time.Duration
	periods int64
	// gap is the shortest run of zeros that is no traffic but a hole in the data; 0 is never.
	gap time.Duration
	// clientCV is the coefficient of variation of gaps, mean over clients weighted by rate; 0 when it is not recorded.
	clientCV float64
}

// settle gives the requests of a series sizes, and keeps them in memory when they are few.
func settle(series binned, info *Info, file traceFile, t v1alpha1.Trace, seed uint64, has carried, requests int64) (Workload, error) {
	sizes, note, err := missingSizes(file.open, t, has)
	if err != nil {
		return nil, file.fail(err)
	}
	if note != "" {
		info.Notes = append(info.Notes, note)
	}
	w := withSizes(series, sizes, seed)
	if requests > maxRecorded {
		return w, nil
	}
	s, err := w.Open()
	if err != nil {
		return nil, err
	}
	kept, err := keep(s, nil)
	switch {
	case err != nil:
		return nil, err
	case kept == nil: // an expectation of at most a million came out above
		return w, nil
	case len(kept) == 0:
		return nil, file.fail(errors.New("the rates are so low that no request was drawn in the whole span"))
	}
	return &Recorded{info: w.Info(), requests: kept, source: series}, nil
}

// seriesOf returns the counts that a workload was drawn from, or nil.
func seriesOf(w Workload) binned {
	switch w := w.(type) {
	case binned:
		return w
	case *Recorded:
		return seriesOf(w.source)
	case *sized:
		return seriesOf(w.Workload)
	}
	return nil
}

// seconds converts to a duration, at most the longest there is.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(s * float64(time.Second))
}

// gapped is a series that notes stretches without traffic, which may be gaps of its collection.
type gapped interface {
	// gapNote is the note on those within a part of the series, in the part's own time; "" where there are none.
	gapNote(part Window) string
}

// notesWithin are the notes on a part of a workload: those of a series on its gaps become those on the part's.
func notesWithin(w Workload, part Window) []string {
	info := w.Info()
	series, ok := seriesOf(w).(gapped)
	if !ok {
		return info.Notes
	}
	whole, own := series.gapNote(Window{0, info.Span}), series.gapNote(part)
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

// zeroRuns finds long runs of zero counts.
type zeroRuns struct {
	period time.Duration
	next   int64 // the period after the last one seen
	since  int64 // the first period of the run at the end
	runs   []Window
}

// see adds the count of a period; periods that are left out are zeros.
func (z *zeroRuns) see(index, count int64) {
	z.next = index + 1
	if count > 0 {
		z.close(index)
		z.since = index + 1
	}
}

// close ends the run before the period end.
func (z *zeroRuns) close(end int64) {
	if run := (Window{time.Duration(z.since) * z.period, time.Duration(end) * z.period}); run.To-run.From >= minGap {
		z.runs = append(z.runs, run)
	}
}

// all are the runs up to the last period seen.
func (z *zeroRuns) all() []Window {
	z.close(z.next)
	z.since = z.next
	return z.runs
}

// zeroNote reports the runs that are long enough within a part of the series.
func zeroNote(runs []Window, part Window) string {
	var total, first time.Duration
	n := 0
	for _, run := range cutWindows(runs, part) {
		if run.To-run.From < minGap {
			continue
		}
		if n == 0 {
			first = run.From - part.From
		}
		n++
		total += run.To - run.From
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("runs of zero counts of %s or longer: %d, %s in all, the first at %s: possible gaps of the collection",
		plainDuration(minGap), n, plainDuration(total), plainDuration(first))
}

// plainDuration writes 1m0s as 1m.
func plainDuration(d time.Duration) string { return unit.Duration(d).String() }
