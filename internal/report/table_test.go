package report_test

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/report"
)

// TestTableFitsItsWidth: no line is wider than the terminal, and no word of a cell is lost.
func TestTableFitsItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		align := rapid.StringMatching("l[lr]{1,6}").Draw(t, "align")
		cell := rapid.StringMatching("[a-z]{1,8}( [a-z]{1,8}){0,6}")
		table := report.Table{Align: align}
		for range rapid.IntRange(2, 5).Draw(t, "rows") {
			var row []string
			for _, a := range align {
				text := cell.Draw(t, "cell")
				if a == 'r' || len(table.Rows) == 0 {
					text, _, _ = strings.Cut(text, " ")
				}
				row = append(row, text)
			}
			table.Rows = append(table.Rows, row)
		}
		width := rapid.IntRange(40, 200).Draw(t, "width")
		var b strings.Builder
		if err := table.Text(&b, "  ", width); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Fatalf("%d columns, want %d: %s", n, width, line)
			}
		}
		for _, row := range table.Rows[1:] {
			for _, c := range row {
				for word := range strings.FieldsSeq(c) {
					if len(word) <= 4 && !strings.Contains(b.String(), word) {
						t.Fatalf("no %q in\n%s", word, b.String())
					}
				}
			}
		}
	})
}

// TestNarrowPages: a page keeps to the width of the terminal, the wide one too.
func TestNarrowPages(t *testing.T) {
	p := search(t)
	for _, wide := range []bool{false, true} {
		got := text(t, func(w io.Writer, s report.Style) error { return report.Plan(w, p, s) }, report.Style{Width: 60, Wide: wide})
		for i, line := range strings.Split(got, "\n") {
			if n := utf8.RuneCountInString(line); n > 60 && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("line %d of the page, wide %t: %d columns: %s", i+1, wide, n, line)
			}
		}
	}
	if rows := report.PlanTable(p).Rows; len(rows) != len(p.Candidates)+1 {
		t.Errorf("%d rows of %d candidates", len(rows), len(p.Candidates))
	}
}
