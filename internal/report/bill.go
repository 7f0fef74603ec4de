package report

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// costs shows the bill of a candidate; of a hybrid what each home did, and a bill for each.
func (p *page) costs(c *plan.Candidate) {
	if len(c.Parts) == 0 {
		p.bill("What it costs a month", c.Bill)
		return
	}
	p.heading("What each home does")
	p.table("lrrrrrrrr", homeRows(c))
	p.note(coldNote, startsNote)
	for _, part := range c.Parts {
		p.bill("What it costs a month: "+part.Offer, part.Bill)
	}
	p.printf("\nAll homes together: %s $ a month\n", c.Monthly.Dollars())
}

func (p *page) bill(heading string, b catalog.Bill) {
	p.heading(heading)
	p.table("lrlrrl", BillRows(b))
}

// homeRows compares the homes of a hybrid.
func homeRows(c *plan.Candidate) [][]string {
	rows := [][]string{{"", "requests", "served", "failed", "p95", "cold", "starts", "used", "$/month"}}
	var all int64
	for _, h := range c.Outcome.Homes {
		all += h.Arrivals
	}
	for i, h := range c.Outcome.Homes {
		rows = append(rows, []string{
			c.Parts[i].Offer, percent(share(h.Arrivals, all)), fmt.Sprint(h.Served), fmt.Sprint(h.Rejected + h.TimedOut),
			plan.Seconds(h.Latency.P95), percent(share(h.ColdStarts, h.Arrivals)), fmt.Sprint(h.Starts), percent(h.Utilisation), c.Parts[i].Monthly.Dollars(),
		})
	}
	return rows
}

func share(part, all int64) float64 { return float64(part) / float64(max(1, all)) }

// BillRows lays a bill out as a table: item, quantity, unit, unit price, amount, and where the price is from.
func BillRows(b catalog.Bill) [][]string {
	rows := [][]string{{"", "quantity", "unit", "$ per unit", "$", ""}}
	for _, l := range b.Lines {
		rows = append(rows, []string{l.Item, l.Quantity.Grouped(), string(l.Unit), l.UnitPrice.String(), l.Amount.Dollars(), priceDate(l)})
	}
	return append(rows, []string{"total", "", "", "", b.Total.Dollars(), ""})
}

// priceDate says when a price was read and how far it can be trusted, where that is not far.
func priceDate(l catalog.Line) string {
	text := "undated"
	if !l.AsOf.IsZero() {
		text = l.AsOf.Format(time.DateOnly)
	}
	if l.Confidence != catalog.High {
		text += ", " + string(l.Confidence)
	}
	return text
}
