package workload

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const (
	// maxRecorded is how many requests of a trace are kept in memory (32 bytes
	// each); longer traces are read again every time they are opened.
	maxRecorded = 1_000_000
	// maxTraceSpan bounds the time that a trace may cover. Beyond it, stamps are wrong or in another unit.
	maxTraceSpan = 100 * 365 * 24 * time.Hour
)

// ReadTrace reads a trace of requests, of counts or of rates. It goes through
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
func ReadTrace(open Opener, t v1alpha1.Trace, seed uint64) (Workload, error) {
	if t.Path == "" {
		return nil, errors.New("trace: path: expected the name of a file")
	}
	file := traceFile{open: open, name: t.Path}
	head, err := firstLines(file)
	if err != nil {
		return nil, err
	}
	format, err := formatOf(t, head)
	if err != nil {
		return nil, file.fail(err)
	}
	if err := checkOptions(t, format); err != nil {
		return nil, file.fail(err)
	}
	switch format {
	case formatRates:
		return readRates(file, t, seed)
	case formatAzureFunctions:
		return readFunctions(file, t, seed)
	case formatServeGen:
		return readServeGen(file, t, seed)
	}
	events, err := newEventTrace(file, format, t.Columns, head[0], seed)
	if err != nil {
		return nil, file.fail(err)
	}
	return readEvents(events, t)
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
func newEventTrace(file traceFile, format string, columns *v1alpha1.Columns, line []byte, seed uint64) (*eventTrace, error) {
	t := &eventTrace{file: file, format: format, seed: seed}
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
		if c, known = knownColumns(parseHeader(line)); !known {
			return nil, fmt.Errorf("columns.time: expected the name of the column with the arrival (--column time=NAME); the columns are: %s",
				strings.Join(parseHeader(line).names, ", "))
		}
	}
	t.column = c.Time
	if format == formatMooncake || format == formatJSONL {
		p, err := newJSONParser(c)
		t.newParser = func() rowParser { return p } // it holds no state
		return t, err
	}
	t.header, t.quotes = true, true
	p, err := newCSVParser(parseHeader(line), c)
	t.newParser = func() rowParser {
		own := *p // with fields of its own
		own.fields = nil
		return &own
	}
	return t, err
}

// keep reads a stream to its end and returns its requests, or nil when there are more than maxRecorded.
func keep(s Stream, see func([]Request)) ([]Request, error) {
	kept, recording := []Request{}, true
	batch := make([]Request, 4096)
	for {
		n, err := s.Read(batch)
		if see != nil {
			see(batch[:n])
		}
		if recording = recording && len(kept)+n <= maxRecorded; recording {
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
func missingSizes(open Opener, t v1alpha1.Trace, has carried) (z *sizer, note string, err error) {
	if t.Sizes == nil {
		return nil, "", nil
	}
	if z, err = newSizer(open, *t.Sizes); z == nil || err != nil {
		return nil, "", err
	}
	var ignored []string
	drop := func(name string, carried bool, given bool) bool {
		if carried && given {
			ignored = append(ignored, name)
		}
		return carried
	}
	rows := sizeColumns{}
	if z.rows != nil {
		rows = z.rows.has
	}
	if drop("input", has.input, z.input != nil || rows.input) {
		z.input, rows.input = nil, false
	}
	if drop("output", has.output, z.output != nil || rows.output) {
		z.output, rows.output = nil, false
	}
	if drop("work", has.work, z.work != nil || rows.work) {
		z.work, rows.work = nil, false
	}
	if z.rows != nil {
		z.rows.has = rows
	}
	if len(ignored) > 0 {
		note = fmt.Sprintf("sizes: %s not used, because the trace has its own", strings.Join(ignored, ", "))
	}
	if !z.hasTokens() && !z.hasWork() {
		z = nil
	}
	return z, note, nil
}
