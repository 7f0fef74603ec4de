package trace

import (
	"fmt"
	"io"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// rateRows reads a series period by period.
type rateRows struct {
	series    *rateSeries
	table     *rows.Table
	time      rows.Stamps
	index     int64 // of the period that is being collected
	count     int64
	pending   bool  // whether there is one
	seen      int64 // periods read
	duplicate int64 // rows whose period was there before
}

// open starts from the first row.
func (s *rateSeries) open() (*rateRows, error) {
	t, err := rows.OpenTable(s.file)
	if err != nil {
		return nil, err
	}
	if !isRates(t.Header) {
		t.Lines.Close()
		return nil, t.Lines.Fail(fmt.Errorf("expected the header t_s,count or period_utc,count, got %s", rows.Quote([]byte(t.Header.Text))))
	}
	reader, _ := rows.NewStamps("auto")
	return &rateRows{series: s, table: t, time: reader}, nil
}

// row reads one row: its stamp and its count, or what is wrong with it.
func (r *rateRows) row() (stamp, count int64, d *rows.Defect, err error) {
	fields, err := r.table.Next()
	if err != nil {
		return 0, 0, nil, err
	}
	stamp, ok := r.time.Parse(fields[0])
	if !ok {
		return 0, 0, rows.NewDefect(r.table.Header.Names[0], r.time.Want, fields[0]), nil
	}
	count, ok = parseCount(fields[1])
	if !ok {
		return 0, 0, rows.NewDefect("count", wantCount, fields[1]), nil
	}
	return stamp, count, nil, nil
}

var wantCount = fmt.Sprintf("a whole number from 0 to %d", maxPerPeriod)

func parseCount(b []byte) (int64, bool) {
	milli, ok := rows.ParseScaled(b, 1000, maxPerPeriod*1000)
	return milli / 1000, ok && milli%1000 == 0
}

// next returns the next period that has a row, counted from the first one, with
// the sum of its rows.
func (r *rateRows) next() (index, count int64, err error) {
	for {
		stamp, count, d, err := r.row()
		switch {
		case err == io.EOF && r.pending:
			r.pending = false
			return r.index, r.count, nil
		case err != nil:
			return 0, 0, err
		case d != nil:
			r.table.Reject(d)
			continue
		}
		since := stamp - r.series.first
		index := since / int64(r.series.period)
		switch {
		case since < 0, r.pending && index < r.index:
			return 0, 0, r.table.Lines.Fail(fmt.Errorf("%s: earlier than the row before: sort the series by time", r.table.Header.Names[0]))
		case since > int64(maxTraceSpan):
			r.table.Reject(rows.NewDefect(r.table.Header.Names[0], "a time less than 100 years after the first row", r.table.Fields[0]))
			continue
		case since%int64(r.series.period) != 0:
			want := fmt.Sprintf("a whole number of periods of %s after the first row", unit.Duration(r.series.period))
			r.table.Reject(rows.NewDefect(r.table.Header.Names[0], want, r.table.Fields[0]))
			continue
		case r.pending && index == r.index:
			r.count = min(r.count+count, maxPerPeriod)
			r.duplicate++
			continue
		}
		index, r.index = r.index, index
		count, r.count = r.count, count
		wasPending := r.pending
		r.pending = true
		r.seen++
		if wasPending {
			return index, count, nil
		}
	}
}

// notes says what is odd about the rows.
func (r *rateRows) notes(periods int64) []string {
	var notes []string
	if missing := periods - r.seen; missing > 0 {
		notes = append(notes, fmt.Sprintf("periods without a row, counted as 0: %d", missing))
	}
	if r.duplicate > 0 {
		notes = append(notes, fmt.Sprintf("rows for a period that had a row already, their counts added: %d", r.duplicate))
	}
	return notes
}

// close gives the file back.
func (r *rateRows) close() { r.table.Lines.Close() }
