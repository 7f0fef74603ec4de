package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/internal/experiment"
	"fulcrum.dev/fulcrum/internal/plan"
)

// Neighbours writes what the neighbours of a plan's verdicts cost, for people.
func Neighbours(w io.Writer, r *experiment.Result, style Style) error {
	p := &page{w: w, style: style}
	p.title(r.Model, "")
	p.traffic(r.Traffic)
	for _, v := range r.Verdicts {
		p.neighbours(v)
	}
	p.cheaperNeighbours(r)
	return p.err
}

// neighbours shows one verdict: those that would take its place first, then the others by cost, and last what was not run to the end.
func (p *page) neighbours(v experiment.Verdict) {
	what := v.Arrangement
	if what == "" {
		what = "the plan shows none; held against the best single home"
	}
	p.heading(strings.Join(v.Names, ", "))
	p.item(fmt.Sprintf("%s: %s $ a month, %s", what, v.Monthly.Dollars(), v.Status))
	if v.Monthly.Cmp(v.Planned.Decimal) != 0 {
		p.item(fmt.Sprintf("the plan says %s $ a month: it was not simulated on all of the traffic, or the plan is of another file, catalogue or version", v.Planned.Dollars()))
	}
	rows := [][]string{{"step", "$/month", "cost", ""}}
	list := slices.Clone(v.Neighbours)
	slices.SortStableFunc(list, compareNeighbours)
	for _, n := range list {
		rows = append(rows, neighbourRow(p, n))
	}
	p.table("lrrl", rows)
	for _, l := range v.LeftOut {
		p.item(fmt.Sprintf("%d left out: %s", l.Count, l.Reason))
	}
}

func neighbourRow(p *page, n experiment.Neighbour) []string {
	row := []string{n.Change, "", "", "fails " + strings.Join(n.Fails, ", ")}
	if n.Monthly != nil {
		row[1] = n.Monthly.Dollars()
	}
	if n.Saving != nil {
		row[2] = fmt.Sprintf("%+.1f %%", -100**n.Saving)
	}
	switch {
	case n.Cheaper:
		row[3] = p.style.paint(red, "FEASIBLE AND CHEAPER")
	case len(n.Fails) == 0:
		row[3] = string(n.Status)
	}
	return row
}

func compareNeighbours(a, b experiment.Neighbour) int {
	rank := func(n experiment.Neighbour) int {
		switch {
		case n.Cheaper:
			return 0
		case len(n.Fails) == 0:
			return 1
		case n.Monthly != nil:
			return 2
		}
		return 3
	}
	if d := rank(a) - rank(b); d != 0 || a.Monthly == nil || b.Monthly == nil {
		return d
	}
	return a.Monthly.Cmp(b.Monthly.Decimal)
}

// cheaperNeighbours is the line that counts.
func (p *page) cheaperNeighbours(r *experiment.Result) {
	p.printf("\n")
	line := fmt.Sprintf("%d of %s %s feasible and cheaper", r.Cheaper, count(r.Neighbours, "neighbour"), pick(r.Cheaper, "is", "are"))
	color := green
	if r.Cheaper > 0 {
		color = red
		line += ":"
	}
	p.printf("%s\n", p.style.paint(color, line))
	for _, text := range r.Found() {
		p.item(text)
	}
	p.printf("Every neighbour was simulated on all of the traffic. A hybrid counts as cheaper than a single home from %s on, as in plan.\n", percent(plan.HybridMargin))
}

// NeighboursTable is every neighbour of every verdict.
func NeighboursTable(r *experiment.Result) Table {
	t := Table{Align: "llrrl", Rows: [][]string{{"of", "step", "$/month", "cost", "status"}}}
	for _, v := range r.Verdicts {
		for _, n := range v.Neighbours {
			t.Rows = append(t.Rows, append([]string{strings.Join(v.Names, ", ")}, neighbourRow(&page{}, n)...))
		}
	}
	return t
}
