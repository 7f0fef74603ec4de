package report

import (
	_ "embed"
	"fmt"
	"io"
	"math"
	"strings"
	"text/template"

	"fulcrum.dev/fulcrum/internal/fidelity"
)

//go:embed fidelity.md.tmpl
var fidelityTemplate string

// FidelityPage writes the same as a page in Markdown, with what the columns mean and what else is compared.
func FidelityPage(w io.Writer, f *fidelity.Result) error {
	page, err := template.New("fidelity").Funcs(template.FuncMap{
		"expected": expectedText, "number": numberText, "off": offText, "half": halfText, "allowed": allowedText, "cell": cellText,
	}).Parse(fidelityTemplate)
	if err != nil {
		return err
	}
	return page.Execute(w, fidelityPage{Result: f, Summary: fidelitySummary(f), Tolerance: percentText(100 * fidelity.Tolerance)})
}

// fidelityPage is what the template reads.
type fidelityPage struct {
	*fidelity.Result
	Summary, Tolerance string
}

// Sections are the groups that have rows.
func (f fidelityPage) Sections() []fidelitySection {
	var list []fidelitySection
	for _, g := range fidelity.Groups() {
		s := fidelitySection{Group: g}
		for _, r := range f.Rows {
			if r.Group == g.Name {
				s.Rows = append(s.Rows, r)
			}
		}
		if len(s.Rows) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// fidelitySection is a group with its rows.
type fidelitySection struct {
	fidelity.Group
	Rows []fidelity.Row
}

// Widths says how wide the intervals are.
func (f fidelityPage) Widths() string {
	drawn, narrow := 0, 0
	var widest fidelity.Row
	width := func(r fidelity.Row) float64 { return r.HalfWidth / math.Abs(r.Expected) }
	for _, r := range f.Rows {
		if r.HalfWidth == 0 {
			continue
		}
		drawn++
		if width(r) <= fidelity.Tolerance {
			narrow++
		}
		if widest.HalfWidth == 0 || width(r) > width(widest) {
			widest = r
		}
	}
	if drawn == 0 {
		return "No row has an interval."
	}
	return fmt.Sprintf("%d rows have an interval; that of %d is no wider than %s to either side. The widest is that of the %s of %q, %s.",
		drawn, narrow, percentText(100*fidelity.Tolerance), widest.Quantity, widest.Case, halfText(widest))
}

// cellText keeps text inside its cell of a table.
func cellText(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "\n", " ").Replace(text)
}
