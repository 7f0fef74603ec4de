package trace

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

const (
	// maxRecorded is how many requests of a trace are kept in memory (32 bytes
	// each); longer traces are read again every time they are opened.
	maxRecorded = 1_000_000
	// maxPeriods is how many counts of a series are (8 bytes each).
	maxPeriods = 4_000_000
	// maxTraceSpan bounds the time that a trace may cover. Beyond it, stamps are wrong or in another unit.
	maxTraceSpan = 100 * 365 * 24 * time.Hour
)

// Read reads a trace of requests, of counts or of rates. It goes through
// the file once, to count rows and to find what cannot be read; traces of up to
// a million requests are then held in memory, and others are read again on each
// Open, in constant memory.
//
// Request.At counts from the first request, or from the first period of a series
// of counts. Info.Span is last minus first arrival plus one mean gap, so that
// requests / span is the rate; for counts it is the periods. Arrivals that a
// trace gives only as counts or rates are drawn from the seed, and Info.Notes
// says so.
//
// Rows that cannot be read are counted and shown in Info.Notes; more of them
// than t.MaxBadRows are an error. Errors name the file, and the line where there is one.
func Read(open rows.Opener, t v1alpha1.Trace, seed uint64) (workload.Workload, error) {
	return source{file: rows.File{Open: open, Name: t.Path}, trace: t, seed: seed, maxRequests: maxRecorded, maxPeriods: maxPeriods}.read()
}

// source is a trace that is to be read.
type source struct {
	file  rows.File
	trace v1alpha1.Trace
	seed  uint64
	// maxRequests and maxPeriods are how many requests, and how many counts of a series, are kept in memory at most.
	maxRequests, maxPeriods int
}

func (s source) read() (workload.Workload, error) {
	if s.trace.Path == "" {
		return nil, errors.New("trace: path: expected the name of a file")
	}
	head, err := firstLines(s.file)
	if err != nil {
		return nil, err
	}
	format, err := formatOf(s.trace, head)
	if err != nil {
		return nil, s.file.Fail(err)
	}
	if err := checkOptions(s.trace, format); err != nil {
		return nil, s.file.Fail(err)
	}
	switch format {
	case formatRates:
		return readRates(s)
	case formatAzureFunctions:
		return readFunctions(s)
	case formatServeGen:
		return readServeGen(s)
	}
	events, err := newEventTrace(s, format, head[0])
	if err != nil {
		return nil, s.file.Fail(err)
	}
	return readEvents(events)
}

// checkOptions refuses settings that the format would ignore.
func checkOptions(t v1alpha1.Trace, format string) error {
	functions := format == formatAzureFunctions
	for _, option := range []struct {
		name  string
		given bool
		works bool
	}{
		{"columns", t.Columns != nil, format == formatCSV || format == formatJSONL},
		{"function", t.Function != "", functions},
		{"durations", t.Durations != "", functions},
		{"memory", t.Memory != "", functions},
		{"tokens", t.Tokens != "", format == formatServeGen},
	} {
		if option.given && !option.works {
			return fmt.Errorf("%s: has no meaning for the format %s: leave it out, or give another format", option.name, format)
		}
	}
	if t.MaxBadRows != nil && !(*t.MaxBadRows >= 0 && *t.MaxBadRows <= 1) {
		return fmt.Errorf("maxBadRows: expected a share from 0 to 100%%, got %s", *t.MaxBadRows)
	}
	return nil
}

// newEventTrace sets up the reading of a trace with a row for every request.
func newEventTrace(s source, format string, line []byte) (*eventTrace, error) {
	t := &eventTrace{source: s, format: format}
	columns := s.trace.Columns
	var c v1alpha1.Columns
	switch {
	case format == formatCombined:
		t.spread, t.column = true, "time"
		t.newParser = func() rowParser { return combinedParser{} }
		return t, nil
	case columns != nil:
		c = *columns
	case format == formatAzureLLM:
		c = azureLLMColumns
	case format == formatMooncake:
		c = mooncakeColumns
	case format == formatJSONL:
		return nil, errors.New("columns.time: expected the name of the field with the arrival (--column time=NAME)")
	default:
		var known bool
		if c, known = knownColumns(rows.ParseHeader(line)); !known {
			return nil, fmt.Errorf("columns.time: expected the name of the column with the arrival (--column time=NAME); the columns are: %s",
				strings.Join(rows.ParseHeader(line).Names, ", "))
		}
	}
	t.column = c.Time
	if format == formatMooncake || format == formatJSONL {
		p, err := newJSONParser(c)
		t.newParser = func() rowParser { return p } // it holds no state
		return t, err
	}
	t.header, t.quotes = true, true
	p, err := newCSVParser(rows.ParseHeader(line), c)
	t.newParser = func() rowParser {
		own := *p // with fields of its own
		own.fields = nil
		return &own
	}
	return t, err
}

// keep reads a stream to its end and returns its requests, or nil when there are more than limit.
func keep(s workload.Stream, limit int, see func([]workload.Request)) ([]workload.Request, error) {
	kept, recording := []workload.Request{}, true
	batch := make([]workload.Request, 4096)
	for {
		n, err := s.Read(batch)
		see(batch[:n])
		if recording = recording && len(kept)+n <= limit; recording {
			kept = append(kept, batch[:n]...)
		} else {
			kept = nil
		}
		if err == io.EOF {
			return kept, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// missingSizes returns what gives requests the sizes that the trace does not carry, or nil.
func (s source) missingSizes(has sizes.Fields) (z *sizes.Sampler, note string, err error) {
	if s.trace.Sizes == nil {
		return nil, "", nil
	}
	if z, err = sizes.New(s.file.Open, *s.trace.Sizes); err != nil {
		return nil, "", err
	}
	z, unused := z.Without(has)
	if len(unused) > 0 {
		note = fmt.Sprintf("sizes: %s not used, because the trace has its own", strings.Join(unused, ", "))
	}
	return z, note, nil
}
