package trace

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// The columns of csv traces that are known by their header.
var (
	azureLLMColumns = v1alpha1.Columns{Time: "TIMESTAMP", Input: "ContextTokens", Output: "GeneratedTokens"}
	alibabaColumns  = v1alpha1.Columns{Time: "gmt_create", Work: "exec_time_seconds"}
	burstGPTColumns = v1alpha1.Columns{Time: "Timestamp", TimeUnit: "s", Input: "Request tokens", Output: "Response tokens"}
)

// knownColumns returns the columns of a header that says by itself what it is.
func knownColumns(h rows.Header) (v1alpha1.Columns, bool) {
	for _, c := range []v1alpha1.Columns{azureLLMColumns, alibabaColumns, burstGPTColumns} {
		names := slices.DeleteFunc([]string{c.Time, c.Input, c.Output, c.Work}, func(s string) bool { return s == "" })
		if h.Has(names...) {
			return c, true
		}
	}
	return v1alpha1.Columns{}, false
}

// columnReader reads the values of a row by v1alpha1.Columns.
type columnReader struct {
	columns v1alpha1.Columns
	stamps  rows.Stamps
	work    int64 // ns per unit of work
}

func newColumnReader(c v1alpha1.Columns) (columnReader, error) {
	r := columnReader{columns: c, work: int64(time.Second)}
	if c.Time == "" {
		return r, errors.New("columns.time: expected the name of the column with the arrival")
	}
	var ok bool
	if r.stamps, ok = rows.NewStamps(c.TimeUnit); !ok {
		return r, fmt.Errorf("columns.timeUnit: expected s, ms, us, ns or auto, got %q", c.TimeUnit)
	}
	switch c.WorkUnit {
	case "", "s":
	case "ms":
		r.work = int64(time.Millisecond)
	default:
		return r, fmt.Errorf("columns.workUnit: expected s or ms, got %q", c.WorkUnit)
	}
	return r, nil
}

func (r *columnReader) carries() sizes.Fields {
	return sizes.Fields{Input: r.columns.Input != "", Output: r.columns.Output != "", Work: r.columns.Work != ""}
}

const wantTokens = "a whole number of tokens from 0 to 2147483647"

func (r *columnReader) readTime(b []byte, q *workload.Request) *rows.Defect {
	t, ok := r.stamps.Parse(b)
	if !ok {
		return rows.NewDefect(r.columns.Time, r.stamps.Want, b)
	}
	q.At = time.Duration(t)
	return nil
}

func readTokens(column string, b []byte, into *int32) *rows.Defect {
	n, ok := rows.ParseInt32(b)
	if !ok {
		return rows.NewDefect(column, wantTokens, b)
	}
	*into = n
	return nil
}

func (r *columnReader) readWork(b []byte, q *workload.Request) *rows.Defect {
	ns, ok := rows.ParseScaled(b, r.work, int64(workload.MaxWork))
	if !ok {
		unit := "s"
		if r.work == int64(time.Millisecond) {
			unit = "ms"
		}
		return rows.NewDefect(r.columns.Work, fmt.Sprintf("a service time from 0 to 30 days in %s", unit), b)
	}
	q.Work = time.Duration(ns)
	return nil
}

// csvParser reads requests from csv rows.
type csvParser struct {
	columnReader
	comma                     byte
	width                     int
	time, input, output, work int // positions, -1 when there is none
	fields                    [][]byte
}

func newCSVParser(h rows.Header, c v1alpha1.Columns) (*csvParser, error) {
	r, err := newColumnReader(c)
	if err != nil {
		return nil, err
	}
	p := &csvParser{columnReader: r, comma: h.Comma, width: len(h.Names)}
	for _, column := range []struct {
		field, name string
		at          *int
	}{{"time", c.Time, &p.time}, {"input", c.Input, &p.input}, {"output", c.Output, &p.output}, {"work", c.Work, &p.work}} {
		*column.at = h.Index(column.name)
		if column.name != "" && *column.at < 0 {
			return nil, fmt.Errorf("line 1: no column %q (columns.%s)%s; the columns are: %s",
				column.name, column.field, nearest(column.name, h.Names), strings.Join(h.Names, ", "))
		}
		if column.name == "" {
			*column.at = -1
		}
	}
	return p, nil
}

// nearest suggests a name that differs in a few letters only.
func nearest(name string, names []string) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, n := range names[:min(len(names), 1000)] {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(n)); d < distance {
			best, distance = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

func (p *csvParser) parse(row []byte, q *workload.Request) *rows.Defect {
	p.fields = rows.Split(row, p.comma, p.fields[:0])
	if len(p.fields) != p.width {
		return rows.NewDefect("", fmt.Sprintf("%d fields as in the header (this row has %d)", p.width, len(p.fields)), row)
	}
	if d := p.readTime(p.fields[p.time], q); d != nil {
		return d
	}
	if p.input >= 0 {
		if d := readTokens(p.columns.Input, p.fields[p.input], &q.Input); d != nil {
			return d
		}
	}
	if p.output >= 0 {
		if d := readTokens(p.columns.Output, p.fields[p.output], &q.Output); d != nil {
			return d
		}
	}
	if p.work >= 0 {
		return p.readWork(p.fields[p.work], q)
	}
	return nil
}
