package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Style says how text is rendered.
type Style struct {
	// Color switches ANSI colours on.
	Color bool
	// Wide shows every candidate and every refused offer.
	Wide bool
}

// The ANSI codes in use.
const (
	bold   = "1"
	green  = "32"
	red    = "31"
	yellow = "33"
	dim    = "2"
)

func (s Style) paint(code, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// page writes text and keeps the first error, so that callers check once.
type page struct {
	w     io.Writer
	style Style
	err   error
}

func (p *page) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// heading begins a section.
func (p *page) heading(text string) { p.printf("\n%s\n", p.style.paint(bold, text)) }

// note explains what stands above it.
func (p *page) note(parts ...string) { p.printf("  (%s)\n", strings.Join(parts, "; ")) }

// table aligns rows of cells. Columns for which right says so are aligned to the right.
func (p *page) table(right string, rows [][]string) {
	if p.err != nil || len(rows) == 0 {
		return
	}
	widths := make([]int, len(right))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		line.WriteString("  ")
		for i, cell := range row {
			pad := fmt.Sprintf("%*s", widths[i]-len([]rune(cell)), "")
			switch {
			case right[i] == 'r':
				line.WriteString(pad + cell)
			case i == len(row)-1:
				line.WriteString(cell)
			default:
				line.WriteString(cell + pad)
			}
			if i < len(row)-1 {
				line.WriteString("  ")
			}
		}
		p.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
}

// JSON writes a record with indentation.
func JSON(w io.Writer, record any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(record)
}
