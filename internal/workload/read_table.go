package workload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// table reads the rows of a csv file with a header, and counts those that
// cannot be read.
type table struct {
	file   traceFile
	lines  *lineReader
	header header
	fields [][]byte
	bad    badRows
}

// openTable reads the header.
func openTable(file traceFile) (*table, error) {
	lines, err := file.lines()
	if err != nil {
		return nil, err
	}
	line, err := lines.content()
	if errors.Is(err, io.EOF) {
		return nil, file.fail(errEmptyFile)
	}
	if err != nil {
		return nil, err
	}
	return &table{file: file, lines: lines, header: parseHeader(line)}, nil
}

// expect checks that the file has columns, and returns their positions.
func (t *table) expect(what string, names ...string) ([]int, error) {
	at := make([]int, len(names))
	for i, name := range names {
		if at[i] = t.header.index(name); at[i] < 0 {
			t.lines.close()
			return nil, t.lines.fail(fmt.Errorf("expected the header of %s with a column %s, got %.200q", what, name, t.header.text))
		}
	}
	return at, nil
}

// next returns the fields of the next row that has as many as the header, valid
// until the next call, and io.EOF at the end.
func (t *table) next() ([][]byte, error) {
	for {
		row, err := t.lines.record()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(row)) == 0 {
			continue // a blank line holds nothing that could be lost
		}
		t.bad.rows++
		t.fields = splitRecord(row, t.header.comma, t.fields[:0])
		if len(t.fields) == len(t.header.names) {
			return t.fields, nil
		}
		t.reject(newDefect("", fmt.Sprintf("%d fields as in the header (this row has %d)", len(t.header.names), len(t.fields)), row))
	}
}

// rest yields the rows that are left, each valid until the next one. An error is the last.
func (t *table) rest() iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		for {
			fields, err := t.next()
			if err == io.EOF || !yield(fields, err) || err != nil {
				return
			}
		}
	}
}

// reject counts the row that next returned last as bad.
func (t *table) reject(d *defect) { t.bad.add(t.lines, d) }
