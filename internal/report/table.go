package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Table is rows of cells, of which the first names the columns, where they have names.
type Table struct {
	// Align has l or r for each column.
	Align string
	Rows  [][]string
}

// gap stands between two columns, and minColumn is the least that a column is narrowed to.
const (
	gap       = 2
	minColumn = 10
)

// Text writes the table aligned, each line after indent. Where it is wider than width, its left-aligned cells are broken
// into lines; where that is not enough, each row becomes a list of its cells. A width of 0 has no limit.
func (t Table) Text(w io.Writer, indent string, width int) error {
	lines := t.aligned(t.natural())
	if width > 0 {
		width = max(width-len(indent), 2*minColumn)
		if columns, fits := t.narrowed(width); fits {
			lines = t.aligned(columns)
		} else {
			lines = t.listed(width)
		}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, strings.TrimRight(indent+line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// natural is the widths of the columns without a limit.
func (t Table) natural() []int {
	columns := make([]int, len(t.Align))
	for _, row := range t.Rows {
		for i, cell := range row {
			columns[i] = max(columns[i], displayed(cell))
		}
	}
	return columns
}

// narrowed takes from the widest left-aligned column until the table fits.
func (t Table) narrowed(width int) (columns []int, fits bool) {
	columns = t.natural()
	least := minColumn
	if !strings.Contains(t.Align, "r") { // words alone, often without names of columns
		least = 1
	}
	total := gap * (len(columns) - 1)
	for _, c := range columns {
		total += c
	}
	for ; total > width; total-- {
		widest := -1
		for i, c := range columns {
			if t.Align[i] == 'l' && c > least && (widest < 0 || c > columns[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return nil, false
		}
		columns[widest]--
	}
	return columns, true
}

// aligned is the lines of the table with columns of these widths.
func (t Table) aligned(columns []int) []string {
	var lines []string
	for _, row := range t.Rows {
		cells := make([][]string, len(row))
		height := 1
		for i, cell := range row {
			cells[i] = fold(cell, columns[i])
			height = max(height, len(cells[i]))
		}
		for l := range height {
			var line strings.Builder
			for i := range row {
				cell := ""
				if l < len(cells[i]) {
					cell = cells[i][l]
				}
				pad := strings.Repeat(" ", max(0, columns[i]-displayed(cell)))
				if t.Align[i] == 'r' {
					cell, pad = pad+cell, ""
				}
				line.WriteString(cell + pad + strings.Repeat(" ", gap))
			}
			lines = append(lines, line.String())
		}
	}
	return lines
}

// listed writes a row as a list: its first cell, and below it the others with the names of their columns.
func (t Table) listed(width int) []string {
	names := t.Rows[0]
	longest := 0
	for _, name := range names[1:] {
		longest = max(longest, displayed(name))
	}
	var lines []string
	for _, row := range t.Rows[1:] {
		lines = append(lines, fold(row[0], width)...)
		for i, cell := range row[1:] {
			if cell == "" {
				continue
			}
			name := fmt.Sprintf("  %-*s", longest+gap, names[i+1])
			for _, part := range fold(cell, max(minColumn, width-len(name))) {
				lines = append(lines, name+part)
				name = strings.Repeat(" ", len(name))
			}
		}
	}
	return lines
}

var colors = regexp.MustCompile("\x1b\\[[0-9]*m")

// displayed is how many columns of a terminal a cell takes.
func displayed(cell string) int { return utf8.RuneCountInString(colors.ReplaceAllString(cell, "")) }

// fold breaks a cell into lines between words, and longer words where they end. Coloured cells are short and stay whole.
func fold(cell string, width int) []string {
	if displayed(cell) <= width || strings.Contains(cell, "\x1b") {
		return []string{cell}
	}
	var lines []string
	for _, line := range wrap(cell, width) {
		for rest := []rune(line); ; rest = rest[width:] {
			if len(rest) <= width {
				lines = append(lines, string(rest))
				break
			}
			lines = append(lines, string(rest[:width]))
		}
	}
	return lines
}

// CSV writes the table as RFC 4180 has it.
func (t Table) CSV(w io.Writer) error { return csv.NewWriter(w).WriteAll(t.Rows) }

// Markdown writes the table for a page, as GitHub reads it.
func (t Table) Markdown(w io.Writer) error {
	for i, row := range t.Rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = strings.ReplaceAll(cell, "|", `\|`)
		}
		line := "| " + strings.Join(cells, " | ") + " |\n"
		if i == 0 {
			line += "|" + strings.NewReplacer("l", " --- |", "r", " ---: |").Replace(t.Align) + "\n"
		}
		if _, err := io.WriteString(w, line); err != nil {
			return err
		}
	}
	return nil
}
