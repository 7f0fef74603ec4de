package main

import (
	"fmt"
	"io"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/report"
)

// billSchema names the form of `fulcrum price -o json`.
const billSchema = "fulcrum.dev/bill/v1alpha1"

// priced is a bill with what it is for.
type priced struct {
	Subject, Title, Note string
	Offer                *catalog.Offer // nil for a cluster
	Size                 *catalog.Size
	Usage                catalog.Usage
	Bill                 catalog.Bill
}

// billDocument is a bill for programs. Decimals are exact and written as strings.
type billDocument struct {
	SchemaVersion string         `json:"schemaVersion"`
	Subject       string         `json:"subject"`
	Currency      string         `json:"currency"`
	MonthHours    int            `json:"monthHours"`
	Note          string         `json:"note,omitempty"`
	Offer         *catalog.Offer `json:"offer,omitempty"`
	Size          *catalog.Size  `json:"size,omitempty"`
	Usage         catalog.Usage  `json:"usage,omitempty"`
	Lines         []catalog.Line `json:"lines"`
	Total         unit.Money     `json:"total"`
}

func (p priced) writeRecord(w io.Writer, output string) error {
	return writeRecord(w, output, billDocument{
		SchemaVersion: billSchema, Subject: p.Subject, Currency: "USD", MonthHours: int(unit.Month.Hours()), Note: p.Note,
		Offer: p.Offer, Size: p.Size, Usage: p.Usage, Lines: append([]catalog.Line{}, p.Bill.Lines...), Total: p.Bill.Total,
	})
}

func (p priced) writeText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", p.Title)
	if p.Note != "" {
		fmt.Fprintf(&b, "%s\n", p.Note)
	}
	b.WriteByte('\n')
	var cites citations
	_ = p.table(&cites).Text(&b, "", terminalWidth(w)) // a Builder takes everything
	fmt.Fprintf(&b, "\n%s USD for a month\n", p.Bill.Total.Dollars())
	p.writeNotes(&b)
	cites.write(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// table is the lines of the bill; their sources are numbered in cites.
func (p priced) table(cites *citations) report.Table {
	rows := [][]string{{"item", "quantity", "unit", "USD/unit", "USD", "source"}}
	for _, l := range p.Bill.Lines {
		rows = append(rows, []string{l.Item, l.Quantity.Grouped(), string(l.Unit), l.UnitPrice.String(), amountText(l.Amount), cites.mark(l.Provenance)})
	}
	rows = append(rows, []string{"total", "", "", "", amountText(p.Bill.Total), ""})
	return report.Table{Align: "lrlrrl", Rows: rows}
}

// exactTable is the lines of the bill by themselves: with exact numbers, and with their sources.
func (p priced) exactTable() report.Table {
	rows := [][]string{{"item", "quantity", "unit", "USD/unit", "USD", "source"}}
	for _, l := range p.Bill.Lines {
		rows = append(rows, []string{l.Item, l.Quantity.String(), string(l.Unit), l.UnitPrice.String(), l.Amount.String(), sourceText(l.Provenance)})
	}
	rows = append(rows, []string{"total", "", "", "", p.Bill.Total.String(), ""})
	return report.Table{Align: "lrlrrl", Rows: rows}
}

// writeNotes lists what the lines' notes say.
func (p priced) writeNotes(b *strings.Builder) {
	heading := "\nnotes\n"
	for _, l := range p.Bill.Lines {
		if l.Note != "" && !strings.HasSuffix(l.Item, "free allowance") {
			fmt.Fprintf(b, "%s  - %s: %s\n", heading, l.Item, l.Note)
			heading = ""
		}
	}
}

// amountText writes an amount exactly where that takes at most six decimals, and
// with cents at least, so that the lines can be added up by hand.
func amountText(m unit.Money) string {
	text := m.Round(6).Grouped()
	_, cents, found := strings.Cut(text, ".")
	if !found {
		text += "."
	}
	return text + strings.Repeat("0", max(0, 2-len(cents)))
}

// citations numbers the sources of a text.
type citations struct{ texts []string }

// sourceText names a source, its day and its confidence.
func sourceText(p catalog.Provenance) string {
	day := "unknown date"
	if !p.AsOf.IsZero() {
		day = p.AsOf.Format("2006-01-02")
	}
	return fmt.Sprintf("%s (%s, %s confidence)", p.Source, day, p.Confidence)
}

// mark returns the number of a source, which it lists below.
func (c *citations) mark(p catalog.Provenance) string {
	text := sourceText(p)
	for i, t := range c.texts {
		if t == text {
			return fmt.Sprintf("[%d]", i+1)
		}
	}
	c.texts = append(c.texts, text)
	return fmt.Sprintf("[%d]", len(c.texts))
}

func (c *citations) write(b *strings.Builder) {
	if len(c.texts) > 0 {
		b.WriteString("\nsources\n")
	}
	for i, t := range c.texts {
		fmt.Fprintf(b, "  [%d] %s\n", i+1, t)
	}
}
