package workload

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
)

const (
	// maxPerPeriod bounds the count of one period.
	maxPerPeriod = 1_000_000_000
	// periodRows is how many rows the period is inferred from.
	periodRows = 64
)

func isRates(h header) bool {
	return len(h.names) == 2 && h.names[1] == "count" && (h.names[0] == "t_s" || h.names[0] == "period_utc")
}

// rateSeries is a file of counts per period, which is read again on each Open.
type rateSeries struct {
	file   traceFile
	seed   uint64
	info   Info
	period time.Duration
	first  int64 // the stamp of the first row
	// periods is how many there are from the first row to the last, requests their sum.
	periods, requests int64
	zeros             []Window // long runs of zero counts
}

// readRates goes through a series once.
func readRates(file traceFile, t v1alpha1.Trace, seed uint64) (Workload, error) {
	series := &rateSeries{file: file, seed: seed}
	if err := series.findPeriod(); err != nil {
		return nil, err
	}
	rows, err := series.open()
	if err != nil {
		return nil, err
	}
	zeros := zeroRuns{period: series.period}
	for {
		index, count, err := rows.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		zeros.see(index, count)
		series.periods = index + 1
		series.requests += count
	}
	if err := rows.table.bad.check(t.MaxBadRows); err != nil {
		return nil, file.fail(err)
	}
	if series.requests == 0 {
		return nil, file.fail(errors.New("every count is 0: there is no request in this trace"))
	}
	bad := rows.table.bad
	series.info = Info{
		Name: file.name, Format: formatRates, Span: time.Duration(series.periods) * series.period,
		Rows: bad.rows, BadRows: bad.bad, Resolution: series.period,
		Notes: append(bad.notes(), fmt.Sprintf("counts per %s: arrivals are drawn uniformly within each period", plainDuration(series.period))),
	}
	series.info.Notes = append(series.info.Notes, rows.notes(series.periods)...)
	series.zeros = zeros.all()
	if note := series.gapNote(Window{0, series.info.Span}); note != "" {
		series.info.Notes = append(series.info.Notes, note)
	}
	return settle(series, &series.info, file, t, seed, carried{}, series.requests)
}

// findPeriod infers the period from the first rows: the shortest step between them.
func (s *rateSeries) findPeriod() error {
	rows, err := s.open()
	if err != nil {
		return err
	}
	defer rows.table.lines.close()
	var last int64
	for n := 0; n < periodRows; {
		stamp, _, d, err := rows.row()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if d != nil {
			rows.table.reject(d)
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
		if err := rows.table.bad.check(nil); err != nil {
			return s.file.fail(err)
		}
		return s.file.fail(errors.New("one period only: how long it lasts cannot be told, expected at least two rows"))
	}
	return nil
}

// Info describes the workload.
func (s *rateSeries) Info() Info { return s.info }

func (s *rateSeries) gapNote(part Window) string { return zeroNote(s.zeros, part) }

// Open starts from the first request.
func (s *rateSeries) Open() (Stream, error) { return s.openPeriods(everything) }

// openWindows draws the periods that windows touch, as Open does.
func (s *rateSeries) openWindows(windows []Window) (Stream, error) {
	periods, err := s.openPeriods(windows)
	if err != nil {
		return nil, err
	}
	return within(periods, windows), nil
}

func (s *rateSeries) openPeriods(windows []Window) (Stream, error) {
	rows, err := s.open()
	if err != nil {
		return nil, err
	}
	return &rateStream{series: s, rows: rows, left: windows, draws: random.New(s.seed, random.Arrivals, 0)}, nil
}

// grid says how the counts lie in time.
func (s *rateSeries) grid() grid {
	rate := float64(s.requests) / s.info.Span.Seconds()
	return grid{period: s.period, periods: s.periods, gap: max(minGap, 10*s.period, seconds(expectedInGap/rate))}
}

// counts yields the periods that are not empty, in order.
func (s *rateSeries) counts(yield func(index int64, count float64)) error {
	rows, err := s.open()
	if err != nil {
		return err
	}
	for {
		index, count, err := rows.next()
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
	rows    *rateRows
	left    remaining
	draws   *rand.Rand
	spacing spacing
	read    int64
}

// Read fills dst with requests in order of arrival.
func (s *rateStream) Read(dst []Request) (int, error) {
	n := 0
	for n < len(dst) {
		if s.spacing.left == 0 {
			if err := s.advance(); err == io.EOF && n > 0 {
				break
			} else if err != nil {
				s.rows.table.lines.close()
				return 0, err
			}
		}
		k := int(min(int64(len(dst)-n), s.spacing.left))
		for i := n; i < n+k; i++ {
			dst[i] = Request{At: s.spacing.next()}
		}
		n += k
	}
	return n, nil
}

// advance goes to the next period that is not empty.
func (s *rateStream) advance() error {
	for {
		index, count, err := s.rows.next()
		if err == io.EOF && s.read == s.series.requests {
			return io.EOF
		}
		if err != nil && err != io.EOF {
			return err
		}
		s.read += count
		if err == io.EOF || index >= s.series.periods || s.read > s.series.requests {
			return s.series.file.fail(errChanged)
		}
		start := time.Duration(index) * s.series.period
		switch wanted := s.left.touch(start, start+s.series.period); {
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
	s.rows.table.lines.close()
	return nil
}
