package workload

import (
	"fmt"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
)

const (
	// shownBadRows is how many bad rows are kept with their reasons.
	shownBadRows = 5
	// defaultMaxBadRows is the share of bad rows that a trace may have.
	defaultMaxBadRows unit.Share = 0.01
	// shownBytes bounds what is quoted from a file.
	shownBytes = 60
)

// defect is what is wrong with a row.
type defect struct {
	column string // empty when it is the whole row
	want   string // what was expected
	got    []byte
}

// newDefect keeps a copy of what was found, because the row's memory is used again.
func newDefect(column, want string, got []byte) *defect {
	return &defect{column: column, want: want, got: append([]byte{}, got[:min(len(got), shownBytes+1)]...)}
}

func (d *defect) String() string {
	text := fmt.Sprintf("expected %s, got %s", d.want, quoted(d.got))
	if d.column != "" {
		text = d.column + ": " + text
	}
	return text
}

// quoted shows what stands in a file, if long then its beginning.
func quoted(b []byte) string {
	if len(b) > shownBytes {
		return fmt.Sprintf("%q…", b[:shownBytes])
	}
	return fmt.Sprintf("%q", b)
}

// badRows counts rows and those of them that cannot be read.
type badRows struct {
	rows, bad int64
	first     []string
}

// add counts the row that lines has just read as bad.
func (b *badRows) add(lines *lineReader, d *defect) {
	b.bad++
	if len(b.first) == shownBadRows {
		return
	}
	where := fmt.Sprintf("line %d", lines.number)
	if lines.first != lines.number {
		where = fmt.Sprintf("lines %d to %d (one quoted field)", lines.first, lines.number)
	}
	b.first = append(b.first, where+": "+d.String())
}

// check returns an error when more rows than limit are bad, or when there is none.
func (b *badRows) check(limit *unit.Share) error {
	allowed := defaultMaxBadRows
	if limit != nil {
		allowed = *limit
	}
	if b.rows == 0 {
		return fmt.Errorf("no rows: expected at least one after the header")
	}
	share := unit.Share(float64(b.bad) / float64(b.rows))
	switch {
	case b.bad == 1 && (share > allowed || b.rows == 1):
		return fmt.Errorf("%s (1 of %d rows cannot be read, more than maxBadRows %s)", b.first[0], b.rows, allowed)
	case share > allowed || b.bad == b.rows:
		return fmt.Errorf("%d of %d rows cannot be read, %s is more than maxBadRows %s; the first:\n  %s",
			b.bad, b.rows, share, allowed, strings.Join(b.first, "\n  "))
	}
	return nil
}

// notes reports bad rows that are few enough to go on without.
func (b *badRows) notes() []string {
	if b.bad == 0 {
		return nil
	}
	notes := []string{fmt.Sprintf("%d of %d rows cannot be read and are left out", b.bad, b.rows)}
	for _, row := range b.first {
		notes = append(notes, "bad row: "+row)
	}
	return notes
}
