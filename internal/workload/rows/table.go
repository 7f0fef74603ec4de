package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Table reads the rows of a csv file with a header, and counts those that
// cannot be read.
type Table struct {
	file   File
	Lines  *Lines
	Header Header
	Fields [][]byte
	Tally  Tally
}

var ErrEmpty = errors.New("the file is empty")

// OpenTable reads the header.
func OpenTable(file File) (*Table, error) {
	lines, err := file.Lines()
	if err != nil {
		return nil, err
	}
	line, err := lines.Content()
	if errors.Is(err, io.EOF) {
		return nil, file.Fail(ErrEmpty)
	}
	if err != nil {
		return nil, err
	}
	return &Table{file: file, Lines: lines, Header: ParseHeader(line)}, nil
}

// Expect checks that the file has columns, and returns their positions.
func (t *Table) Expect(what string, names ...string) ([]int, error) {
	at := make([]int, len(names))
	for i, name := range names {
		if at[i] = t.Header.Index(name); at[i] < 0 {
			t.Lines.Close()
			return nil, t.Lines.Fail(fmt.Errorf("expected the header of %s with a column %s, got %.200q", what, name, t.Header.Text))
		}
	}
	return at, nil
}

// Next returns the fields of the next row that has as many as the header, valid
// until the next call, and io.EOF at the end.
func (t *Table) Next() ([][]byte, error) {
	for {
		row, err := t.Lines.Record()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(row)) == 0 {
			continue // a blank line holds nothing that could be lost
		}
		t.Tally.Rows++
		t.Fields = Split(row, t.Header.Comma, t.Fields[:0])
		if len(t.Fields) == len(t.Header.Names) {
			return t.Fields, nil
		}
		t.Reject(NewDefect("", fmt.Sprintf("%d fields as in the header (this row has %d)", len(t.Header.Names), len(t.Fields)), row))
	}
}

// Rest yields the rows that are left, each valid until the next one. An error is the last.
func (t *Table) Rest() iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		for {
			fields, err := t.Next()
			if err == io.EOF || !yield(fields, err) || err != nil {
				return
			}
		}
	}
}

// Reject counts the row that next returned last as bad.
func (t *Table) Reject(d *Defect) { t.Tally.Add(t.Lines, d) }
