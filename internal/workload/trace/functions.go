package trace

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// functionKey names a function of the Azure Functions 2019 trace.
type functionKey struct{ owner, app, function string }

// function is one row of the invocations.
type function struct {
	key    functionKey
	stream uint64            // the index of its random streams
	total  int64             // invocations
	work   *random.Quantiles // seconds, nil without durations
}

// functionTrace is the invocations of functions per minute. It is held in
// memory, packed to some 3 bytes for each minute in which a function was called,
// because the file is sorted by function and requests are wanted by time.
type functionTrace struct {
	seed      uint64
	info      workload.Info
	functions []function
	// minutes holds, for each minute, pairs of varints: the function, as a
	// difference to the one before, and its invocations.
	minutes [][]byte
	last    []int // the last function in each of minutes
	totals  []int64
}

const fixedColumns = 4 // HashOwner, HashApp, HashFunction, Trigger

// readFunctions reads the invocations and their companions.
func readFunctions(s source) (workload.Workload, error) {
	t := s.trace
	table, err := rows.OpenTable(s.file)
	if err != nil {
		return nil, err
	}
	trace := &functionTrace{seed: s.seed}
	if err := trace.readHeader(table); err != nil {
		return nil, err
	}
	if err := trace.readRows(table, t.Function); err != nil {
		return nil, err
	}
	if err := table.Tally.Check(t.MaxBadRows); err != nil {
		return nil, s.file.Fail(err)
	}
	if err := trace.checkFound(t.Function); err != nil {
		return nil, s.file.Fail(err)
	}
	total := trace.total()
	trace.info = workload.Info{
		Name: s.file.Name, Format: formatAzureFunctions, Span: time.Duration(len(trace.minutes)) * time.Minute,
		Rows: table.Tally.Rows, BadRows: table.Tally.Bad, Resolution: time.Minute, HasWork: t.Durations != "",
		Notes: append(table.Tally.Notes(),
			fmt.Sprintf("invocations per minute, functions: %d; arrivals are drawn uniformly within each minute", len(trace.functions))),
	}
	if err := trace.readCompanions(s.file.Open, t); err != nil {
		return nil, err
	}
	return s.settle(trace, &trace.info, sizes.Fields{Work: t.Durations != ""}, total)
}

// readHeader checks that the columns after the trigger are consecutive minutes.
func (f *functionTrace) readHeader(table *rows.Table) error {
	if !table.Header.StartsWith("HashOwner", "HashApp", "HashFunction", "Trigger") || len(table.Header.Names) <= fixedColumns {
		table.Lines.Close()
		return table.Lines.Fail(fmt.Errorf("expected the header HashOwner,HashApp,HashFunction,Trigger,1,2,…, got %s", rows.Quote([]byte(table.Header.Text))))
	}
	names := table.Header.Names[fixedColumns:]
	first, err := strconv.Atoi(names[0])
	for i, name := range names {
		if err != nil || name != strconv.Itoa(first+i) {
			table.Lines.Close()
			return table.Lines.Fail(fmt.Errorf("column %d: expected the minute %d, got %q", fixedColumns+i+1, first+i, name))
		}
	}
	f.minutes = make([][]byte, len(names))
	f.last = make([]int, len(names))
	f.totals = make([]int64, len(names))
	return nil
}

// readRows packs the rows of the functions whose hash begins with prefix.
func (f *functionTrace) readRows(table *rows.Table, prefix string) error {
	counts := make([]int64, len(f.minutes))
	seen := map[uint64]uint64{} // rows by the hash of their key and trigger
	for fields, err := range table.Rest() {
		if err != nil {
			return err
		}
		if prefix != "" && !strings.HasPrefix(string(fields[2]), prefix) {
			continue
		}
		if d := readMinutes(table.Header, fields, counts); d != nil {
			table.Reject(d)
			continue
		}
		name := hashOf(fields[:fixedColumns])
		f.add(function{
			key:    functionKey{string(fields[0]), string(fields[1]), string(fields[2])},
			stream: name + seen[name],
		}, counts)
		seen[name]++
	}
	return nil
}

// hashOf identifies a row by its text, so that a function draws the same
// requests alone as among others.
func hashOf(fields [][]byte) uint64 {
	h := fnv.New64a()
	for _, field := range fields {
		h.Write(field)
		h.Write([]byte{0})
	}
	return h.Sum64()
}

func readMinutes(h rows.Header, fields [][]byte, counts []int64) *rows.Defect {
	for i, field := range fields[fixedColumns:] {
		if len(field) == 1 && field[0] == '0' { // nearly all of them
			counts[i] = 0
			continue
		}
		n, ok := parseCount(field)
		if !ok {
			return rows.NewDefect("minute "+h.Names[fixedColumns+i], wantCount, field)
		}
		counts[i] = n
	}
	return nil
}

// add packs one row.
func (f *functionTrace) add(fn function, counts []int64) {
	index := len(f.functions)
	for i, n := range counts {
		if n == 0 {
			continue
		}
		f.minutes[i] = binary.AppendUvarint(f.minutes[i], uint64(index-f.last[i]))
		f.minutes[i] = binary.AppendUvarint(f.minutes[i], uint64(n))
		f.last[i] = index
		f.totals[i] += n
		fn.total += n
	}
	f.functions = append(f.functions, fn)
}

// checkFound makes sure that there are requests, of one function if one was asked for.
func (f *functionTrace) checkFound(prefix string) error {
	if prefix != "" {
		if len(f.functions) == 0 {
			return fmt.Errorf("function: no HashFunction begins with %q", prefix)
		}
		first := f.functions[0].key.function
		for _, other := range f.functions {
			if other.key.function != first {
				return fmt.Errorf("function: %q is the beginning of several, among them %s and %s: give more of it", prefix, first, other.key.function)
			}
		}
	}
	if f.total() == 0 {
		return errors.New("every count is 0: there is no request in this trace")
	}
	return nil
}

func (f *functionTrace) total() int64 {
	var total int64
	for _, n := range f.totals {
		total += n
	}
	return total
}

// Info describes the workload.
func (f *functionTrace) Info() workload.Info { return f.info }

// Grid says how the counts lie in time.
func (f *functionTrace) Grid() workload.Grid {
	return workload.Grid{Period: time.Minute, Periods: int64(len(f.minutes))}
}

// Counts yields the minutes that are not empty, in order.
func (f *functionTrace) Counts(ctx context.Context, yield func(index int64, count float64)) error {
	for i, n := range f.totals {
		if n > 0 {
			yield(int64(i), float64(n))
		}
	}
	return ctx.Err()
}
