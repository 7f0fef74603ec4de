package report

import (
	"time"

	"fulcrum.dev/fulcrum/internal/catalog"
)

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
