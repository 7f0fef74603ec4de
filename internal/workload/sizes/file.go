package sizes

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// maxSizeRows bounds the memory of observed sizes (16 bytes a row).
const maxSizeRows = 4_000_000

// sizeTable is observed sizes, drawn row by row so that the joint distribution
// of input, output and work is kept.
type sizeTable struct {
	has  Fields
	rows []sizeRow
}

// Fields says which sizes the rows of a file have.
type Fields struct{ Input, Output, Work bool }

// Tokens says whether there are any tokens.
func (f Fields) Tokens() bool { return f.Input || f.Output }

type sizeRow struct {
	work          time.Duration
	input, output int32
}

func (t *sizeTable) fill(r *rand.Rand, q *workload.Request) {
	row := t.rows[r.IntN(len(t.rows))]
	if t.has.Input {
		q.Input = row.input
	}
	if t.has.Output {
		q.Output = row.output
	}
	if t.has.Work {
		q.Work = row.work
	}
}

func openSizeTable(open rows.Opener, name string) (*sizeTable, error) {
	if open == nil {
		return nil, fmt.Errorf("sizes file %s: no files can be opened here", name)
	}
	f, err := open(name)
	if err != nil {
		return nil, fmt.Errorf("sizes file %s: %w", name, err)
	}
	defer f.Close()
	plain, err := rows.Decompress(f)
	if err != nil {
		return nil, fmt.Errorf("sizes file %s: %w", name, err)
	}
	t, err := readSizeTable(plain)
	if err != nil {
		return nil, fmt.Errorf("sizes file %s: %w", name, err)
	}
	return t, nil
}

// readSizeTable reads a csv with a header that names any of input, output
// (tokens) and work_s (seconds); other columns are ignored. Every row has to be
// readable: a sample with holes would be another distribution.
func readSizeTable(r io.Reader) (*sizeTable, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: expected a header with input, output or work_s")
	}
	if err != nil {
		return nil, err
	}
	t := &sizeTable{}
	setters, err := t.columns(header)
	if err != nil {
		return nil, err
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(t.rows) == maxSizeRows {
			return nil, fmt.Errorf("more than %d rows: give a sample of them", maxSizeRows)
		}
		var row sizeRow
		for i, set := range setters {
			if set == nil {
				continue
			}
			if err := set(&row, strings.TrimSpace(record[i])); err != nil {
				line, column := in.FieldPos(i)
				return nil, fmt.Errorf("line %d, column %d: %w", line, column, err)
			}
		}
		t.rows = append(t.rows, row)
	}
	if len(t.rows) == 0 {
		return nil, errors.New("a header without rows: expected at least one row of sizes")
	}
	return t, nil
}

type sizeSetter func(row *sizeRow, text string) error

// columns returns what to do with each field of a row, nil for the ones that are ignored.
func (t *sizeTable) columns(header []string) ([]sizeSetter, error) {
	setters := make([]sizeSetter, len(header))
	for i, name := range header {
		var has *bool
		name = strings.TrimSpace(string(bytes.TrimPrefix([]byte(name), []byte("\ufeff"))))
		switch name {
		case "input":
			has, setters[i] = &t.has.Input, func(row *sizeRow, s string) error { return parseTokens(s, "input", &row.input) }
		case "output":
			has, setters[i] = &t.has.Output, func(row *sizeRow, s string) error { return parseTokens(s, "output", &row.output) }
		case "work_s":
			has, setters[i] = &t.has.Work, func(row *sizeRow, s string) error { return parseWork(s, &row.work) }
		default:
			continue
		}
		if *has {
			return nil, fmt.Errorf("line 1: column %s is there twice", name)
		}
		*has = true
	}
	if t.has == (Fields{}) {
		return nil, fmt.Errorf("line 1: expected a header with input, output or work_s, got %.200q", strings.Join(header, ","))
	}
	return setters, nil
}

// parseTokens reads a number of tokens; 0 counts as 1, as it does for drawn sizes.
func parseTokens(s, column string, into *int32) error {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("%s: expected a whole number of tokens from 0 to %d, got %.40q", column, math.MaxInt32, s)
	}
	*into = max(1, int32(n))
	return nil
}

func parseWork(s string, into *time.Duration) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f <= workload.MaxWork.Seconds()) {
		return fmt.Errorf("work_s: expected seconds from 0 to %g, got %.40q", workload.MaxWork.Seconds(), s)
	}
	*into = Work(f)
	return nil
}
