package report

import (
	"fmt"
	"strconv"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// claims shows what has been said beside what comes out, and then why.
func (p *page) claims(list []plan.ClaimResult) {
	if len(list) == 0 {
		return
	}
	p.heading("What has been said")
	rows := [][]string{{"", "claim", "said", "comes out", ""}}
	for i, c := range list {
		color := green
		if !c.Holds {
			color = red
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), c.Says, c.Said(), c.ComesOut(), p.style.paint(color, c.Verdict())})
	}
	p.table("rlrrl", rows)
	p.printf("\n")
	for i, c := range list {
		p.because(i+1, c)
	}
	if p.style.Wide {
		for i, c := range list {
			p.claimLines(i+1, c)
		}
	}
}

// because writes why a claim holds or not, under its number in the table.
func (p *page) because(number int, c plan.ClaimResult) {
	for _, text := range []string{c.Because, c.Refusal()} {
		if text != "" {
			p.printf("  %2d %s\n", number, strings.Join(wrap(text, 110), "\n     "))
		}
	}
}

// claimLines writes the bills that a claim was checked with.
func (p *page) claimLines(number int, c plan.ClaimResult) {
	if len(c.Lines) == 0 {
		return
	}
	p.heading(fmt.Sprintf("Claim %d: %s", number, c.Says))
	p.table("lrlrrl", BillRows(billOf(c.Lines)))
	if len(c.Against) == 0 {
		return
	}
	against := "  against, on demand:"
	if c.Kind == plan.PriceRatio {
		against = fmt.Sprintf("  against %g of these, at work all month:", c.PerNode)
	}
	p.printf("%s\n", against)
	p.table("lrlrrl", BillRows(billOf(c.Against)))
}

// billOf adds lines up again.
func billOf(lines []catalog.Line) catalog.Bill {
	var total unit.Money
	for _, l := range lines {
		total = total.Plus(l.Amount)
	}
	return catalog.Bill{Lines: lines, Total: total}
}
