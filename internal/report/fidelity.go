package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/internal/fidelity"
)

// Fidelity writes rows of what was expected and what came out, a table for each group.
func Fidelity(w io.Writer, f *fidelity.Result, style Style) error {
	p := &page{w: w, style: style}
	p.printf("%s\n", p.style.paint(bold, fidelitySummary(f)))
	p.printf("%s\n", "Times are in s. \"off by\", \"interval\" (half of it, 99 %) and \"allowed\" are in % of what is expected.")
	for _, g := range fidelity.Groups() {
		rows := [][]string{{"case", "quantity", "expected", "got", "off by", "interval", "allowed", ""}}
		before := ""
		for _, r := range f.Rows {
			if r.Group != g.Name {
				continue
			}
			name := r.Case
			if name == before {
				name = ""
			}
			before = r.Case
			verdict := "ok"
			if !r.OK {
				verdict = p.style.paint(red, "OFF")
			}
			rows = append(rows, []string{name, r.Quantity, expectedText(r), numberText(r.Got, r.Unit), offText(r), halfText(r), allowedText(r), verdict})
		}
		if len(rows) > 1 {
			p.heading(fmt.Sprintf("%s (%s)", g.Title, g.Name))
			p.table("llrrrrrl", rows)
		}
	}
	p.chance(f)
	return p.err
}

// chance says what to do about simulated rows that are off.
func (p *page) chance(f *fidelity.Result) {
	byChance := func(r fidelity.Row) bool { return !r.OK && r.HalfWidth > 0 }
	if slices.ContainsFunc(f.Rows, byChance) {
		p.printf("\nOf a hundred rows that are judged by their interval, one is off by chance: another --seed or a greater --scale tells.\n")
	}
}

// fidelitySummary says in one line how many rows are right.
func fidelitySummary(f *fidelity.Result) string {
	text := fmt.Sprintf("%d rows, all right", len(f.Rows))
	if f.Off > 0 {
		text = fmt.Sprintf("%d rows, %d OFF", len(f.Rows), f.Off)
	}
	text += fmt.Sprintf(" (seed %d", f.Seed)
	if f.Scale != 1 {
		text += fmt.Sprintf(", %g of the requests", f.Scale)
	}
	return text + ")"
}

func expectedText(r fidelity.Row) string {
	text := numberText(r.Expected, r.Unit)
	if r.IsRange() && r.ExpectedTo != r.Expected {
		text += " to " + numberText(r.ExpectedTo, r.Unit)
	}
	return text
}

// numberText has six digits, cents, or all of a whole number.
func numberText(x float64, unit string) string {
	switch {
	case unit == "USD":
		return fmt.Sprintf("%.2f", x)
	case math.Abs(x) >= 1e6:
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.6g", x)
}

// offText is the error with its sign.
func offText(r fidelity.Row) string {
	if text := percentText(r.ErrorPercent); r.ErrorPercent < 0 || text == "0" {
		return text
	}
	return "+" + percentText(r.ErrorPercent)
}

// halfText is empty where nothing is drawn at random.
func halfText(r fidelity.Row) string {
	if r.HalfWidth == 0 {
		return ""
	}
	return shareText(r.HalfWidth, r)
}

func allowedText(r fidelity.Row) string {
	if r.Allowed == 0 {
		return "exact"
	}
	return shareText(r.Allowed, r)
}

// shareText is a difference in percent of what is expected; the difference itself where that is nothing.
func shareText(difference float64, r fidelity.Row) string {
	if r.Expected == 0 {
		return fmt.Sprintf("%.2g", difference)
	}
	return percentText(100 * difference / math.Abs(r.Expected))
}

// percentText has two digits that count. What rounding of floats leaves is nothing.
func percentText(percent float64) string {
	switch {
	case math.Abs(percent) < 1e-6:
		return "0"
	case math.Abs(percent) >= 0.095:
		return fmt.Sprintf("%.2f %%", percent)
	}
	return strings.TrimSpace(fmt.Sprintf("%.1g %%", percent))
}
