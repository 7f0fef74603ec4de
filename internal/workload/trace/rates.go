package trace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

const (
	// maxPerPeriod bounds the count of one period.
	maxPerPeriod = 1_000_000_000
	// periodRows is how many rows the period is inferred from.
	periodRows = 64
)

func isRates(h rows.Header) bool {
	return len(h.Names) == 2 && h.Names[1] == "count" && (h.Names[0] == "t_s" || h.Names[0] == "period_utc")
}

// rateSeries is a file of counts per period. A long one is read again on each Open.
type rateSeries struct {
	file   rows.File
	seed   uint64
	info   workload.Info
	period time.Duration
	first  int64 // the stamp of the first row
	// periods is how many there are from the first row to the last, requests their sum.
	periods, requests int64
	held              heldCounts // all counts, nil where they are too many
}

// readRates goes through a series once.
func readRates(s source) (workload.Workload, error) {
	series := &rateSeries{file: s.file, seed: s.seed}
	if err := series.findPeriod(); err != nil {
		return nil, err
	}
	reader, err := series.open()
	if err != nil {
		return nil, err
	}
	zeros := zeroRuns{period: series.period}
	held, holding := heldCounts{}, true
	for {
		index, count, err := reader.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if holding && count > 0 {
			holding = held.add(index, count, s.maxPeriods)
		}
		zeros.see(index, count)
		series.periods = index + 1
		series.requests += count
	}
	if err := reader.table.Tally.Check(s.trace.MaxBadRows); err != nil {
		return nil, s.file.Fail(err)
	}
	if series.requests == 0 {
		return nil, s.file.Fail(errors.New("every count is 0: there is no request in this trace"))
	}
	if holding {
		series.held = held
	}
	bad := reader.table.Tally
	series.info = workload.Info{
		Name: s.file.Name, Format: formatRates, Span: time.Duration(series.periods) * series.period,
		Rows: bad.Rows, BadRows: bad.Bad, Resolution: series.period,
		Notes: append(bad.Notes(), fmt.Sprintf("counts per %s: arrivals are drawn uniformly within each period", unit.Duration(series.period))),
	}
	series.info.Notes = append(series.info.Notes, reader.notes(series.periods)...)
	series.info.Notes = append(series.info.Notes, zeros.notes()...)
	return s.settle(series, &series.info, sizes.Fields{}, series.requests)
}

// findPeriod infers the period from the first rows: the shortest step between them.
func (s *rateSeries) findPeriod() error {
	reader, err := s.open()
	if err != nil {
		return err
	}
	defer reader.table.Lines.Close()
	var last int64
	for n := 0; n < periodRows; {
		stamp, _, d, err := reader.row()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if d != nil {
			reader.table.Reject(d)
			continue
		}
		if n > 0 && stamp > last && (s.period == 0 || time.Duration(stamp-last) < s.period) {
			s.period = time.Duration(stamp - last)
		}
		if n == 0 {
			s.first = stamp
		}
		last = stamp
		n++
	}
	if s.period == 0 {
		if err := reader.table.Tally.Check(nil); err != nil {
			return s.file.Fail(err)
		}
		return s.file.Fail(errors.New("one period only: how long it lasts cannot be told, expected at least two rows"))
	}
	return nil
}

// Info describes the workload.
func (s *rateSeries) Info() workload.Info { return s.info }

// Open starts from the first request.
func (s *rateSeries) Open() (workload.Stream, error) {
	return s.openPeriods([]workload.Window{{To: s.info.Span}})
}

// OpenWindows draws the periods that windows touch, as Open does.
func (s *rateSeries) OpenWindows(windows []workload.Window) (workload.Stream, error) {
	periods, err := s.openPeriods(windows)
	if err != nil {
		return nil, err
	}
	return workload.Within(periods, windows), nil
}

func (s *rateSeries) openPeriods(windows []workload.Window) (workload.Stream, error) {
	counts, err := s.openCounts()
	if err != nil {
		return nil, err
	}
	return &rateStream{series: s, counts: counts, left: windows, draws: random.New(s.seed, random.Arrivals, 0)}, nil
}

// Grid says how the counts lie in time.
func (s *rateSeries) Grid() workload.Grid {
	rate := float64(s.requests) / s.info.Span.Seconds()
	return workload.Grid{Period: s.period, Periods: s.periods, Gap: max(minGap, 10*s.period, seconds(expectedInGap/rate))}
}

// Counts yields the periods that are not empty, in order.
func (s *rateSeries) Counts(ctx context.Context, yield func(index int64, count float64)) error {
	counts, err := s.openCounts()
	if err != nil {
		return err
	}
	defer counts.close()
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		index, count, err := counts.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if count > 0 {
			yield(index, float64(count))
		}
	}
}

// rateStream draws the arrivals of one period after the other, of those that windows touch.
type rateStream struct {
	series  *rateSeries
	counts  periodCounts
	left    workload.Remaining
	draws   *rand.Rand
	spacing spacing
	read    int64
}

// Read fills dst with requests in order of arrival.
func (s *rateStream) Read(dst []workload.Request) (int, error) {
	n := 0
	for n < len(dst) {
		if s.spacing.left == 0 {
			if err := s.advance(); err == io.EOF && n > 0 {
				break
			} else if err != nil {
				s.counts.close()
				return 0, err
			}
		}
		k := int(min(int64(len(dst)-n), s.spacing.left))
		for i := n; i < n+k; i++ {
			dst[i] = workload.Request{At: s.spacing.next()}
		}
		n += k
	}
	return n, nil
}

// advance goes to the next period that is not empty.
func (s *rateStream) advance() error {
	for {
		index, count, err := s.counts.next()
		if err == io.EOF && s.read == s.series.requests {
			return io.EOF
		}
		if err != nil && err != io.EOF {
			return err
		}
		s.read += count
		if err == io.EOF || index >= s.series.periods || s.read > s.series.requests {
			return s.series.file.Fail(errChanged)
		}
		start := time.Duration(index) * s.series.period
		switch wanted := s.left.Touch(start, start+s.series.period); {
		case len(s.left) == 0:
			return io.EOF
		case count > 0 && wanted:
			s.spacing.begin(s.draws, count, start, s.series.period)
			return nil
		case count > 0:
			s.spacing.skip(s.draws)
		}
	}
}

// Close gives the file back before the end.
func (s *rateStream) Close() error {
	s.counts.close()
	return nil
}
