package rows

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

// Defect is what is wrong with a row.
type Defect struct {
	column string // empty when it is the whole row
	want   string // what was expected
	got    []byte
}

// NewDefect keeps a copy of what was found, because the row's memory is used again.
func NewDefect(column, want string, got []byte) *Defect {
	return &Defect{column: column, want: want, got: append([]byte{}, got[:min(len(got), shownBytes+1)]...)}
}

func (d *Defect) String() string {
	text := fmt.Sprintf("expected %s, got %s", d.want, Quote(d.got))
	if d.column != "" {
		text = d.column + ": " + text
	}
	return text
}

// Quote shows what stands in a file, if long then its beginning.
func Quote(b []byte) string {
	if len(b) > shownBytes {
		return fmt.Sprintf("%q…", b[:shownBytes])
	}
	return fmt.Sprintf("%q", b)
}

// Tally counts rows and those of them that cannot be read.
type Tally struct {
	Rows, Bad int64
	first     []string
}

// Add counts the row that lines has just read as bad.
func (b *Tally) Add(lines *Lines, d *Defect) {
	b.Bad++
	if len(b.first) == shownBadRows {
		return
	}
	where := fmt.Sprintf("line %d", lines.number)
	if lines.first != lines.number {
		where = fmt.Sprintf("lines %d to %d (one quoted field)", lines.first, lines.number)
	}
	b.first = append(b.first, where+": "+d.String())
}

// Check returns an error when more rows than limit are bad, or when there is none.
func (b *Tally) Check(limit *unit.Share) error {
	allowed := defaultMaxBadRows
	if limit != nil {
		allowed = *limit
	}
	if b.Rows == 0 {
		return fmt.Errorf("no rows: expected at least one after the header")
	}
	share := unit.Share(float64(b.Bad) / float64(b.Rows))
	switch {
	case b.Bad == 1 && (share > allowed || b.Rows == 1):
		return fmt.Errorf("%s (1 of %d rows cannot be read, more than maxBadRows %s)", b.first[0], b.Rows, allowed)
	case share > allowed || b.Bad == b.Rows:
		return fmt.Errorf("%d of %d rows cannot be read, %s is more than maxBadRows %s; the first:\n  %s",
			b.Bad, b.Rows, share, allowed, strings.Join(b.first, "\n  "))
	}
	return nil
}

// Notes reports bad rows that are few enough to go on without.
func (b *Tally) Notes() []string {
	if b.Bad == 0 {
		return nil
	}
	notes := []string{fmt.Sprintf("%d of %d rows cannot be read and are left out", b.Bad, b.Rows)}
	for _, row := range b.first {
		notes = append(notes, "bad row: "+row)
	}
	return notes
}
