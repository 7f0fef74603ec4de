package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sigs.k8s.io/yaml"
)

// Style says how text is rendered.
type Style struct {
	// Color switches ANSI colours on.
	Color bool
	// Wide shows every candidate and every refused offer.
	Wide bool
	// Width is that of the terminal in columns; 0 is no limit.
	Width int
}

// maxText is the greatest width of running text, in columns.
const maxText = 114

// textWidth is the width of running text after an indent.
func (s Style) textWidth(indent int) int {
	if s.Width == 0 {
		return maxText - indent
	}
	return max(min(s.Width, maxText)-indent, 2*minColumn)
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
func (p *page) note(parts ...string) { p.paragraph("  ("+strings.Join(parts, "; ")+")", "   ") }

// paragraph writes a line, which is broken where the terminal is narrower; the next lines begin with indent.
func (p *page) paragraph(text, indent string) {
	if p.style.Width > 0 {
		begin := text[:len(text)-len(strings.TrimLeft(text, " "))]
		text = begin + strings.Join(wrap(text, max(p.style.Width-len(indent), 2*minColumn)), "\n"+indent)
	}
	p.printf("%s\n", text)
}

// table aligns rows of cells; align has l or r for each column.
func (p *page) table(align string, rows [][]string) {
	if p.err == nil && len(rows) > 0 {
		p.err = Table{Align: align, Rows: rows}.Text(p.w, "  ", p.style.Width)
	}
}

// JSON writes a record with indentation.
func JSON(w io.Writer, record any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(record)
}

// YAML writes a record as JSON does, in YAML.
func YAML(w io.Writer, record any) error {
	data, err := json.Marshal(record)
	if err == nil {
		data, err = yaml.JSONToYAML(data)
	}
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}
