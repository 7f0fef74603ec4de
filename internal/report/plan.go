package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/plan"
)

// Plan writes a plan for people.
func Plan(w io.Writer, pl *plan.Plan, style Style) error {
	p := &page{w: w, style: style}
	p.title(pl.Model, pl.Description)
	p.traffic(pl.Traffic)
	p.verdict(pl)
	if pl.Best != nil {
		p.costs(pl.Best)
		p.objectives(pl.Best)
	}
	p.tipping(pl.Tipping)
	p.claims(pl.Claims)
	p.alternatives(pl)
	if style.Wide {
		p.candidates(pl.Candidates)
		p.refused(pl.Refused)
	}
	p.list("What it rests on", pl.Verdict.RestsOn)
	p.warnings(pl.Warnings)
	p.verification(pl.Verification)
	return p.err
}

func (p *page) title(name, description string) {
	p.printf("%s", p.style.paint(bold, name))
	if description != "" {
		p.printf(": %s", description)
	}
	p.printf("\n")
}

func (p *page) traffic(t plan.Traffic) {
	text := fmt.Sprintf("%d requests over %s, %s on average", t.Requests, unit.Duration(t.Span.Std().Round(time.Second)), t.Rate)
	if t.PeakMinute != nil && t.IdleMinutes != nil {
		text += fmt.Sprintf(", %.3g times that in the busiest minute, %.0f %% of minutes idle", *t.PeakMinute, *t.IdleMinutes*100)
	}
	p.paragraph(text+fmt.Sprintf(" (%s)", t.Name), "")
}

func (p *page) verdict(pl *plan.Plan) {
	color := green
	if !pl.Verdict.Feasible {
		color = red
	}
	p.printf("\n")
	p.paragraph(p.style.paint(bold, "VERDICT")+" "+p.style.paint(color, pl.Verdict.Summary), "  ")
	for _, r := range pl.Verdict.Reasons {
		p.item(r)
	}
}

// item writes one point of a list, wrapped.
func (p *page) item(text string) {
	p.printf("  - %s\n", strings.Join(wrap(text, p.style.textWidth(4)), "\n    "))
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

func (p *page) list(heading string, items []string) {
	if len(items) == 0 {
		return
	}
	p.heading(heading)
	for _, i := range items {
		p.item(i)
	}
}

func (p *page) warnings(list []plan.Warning) {
	if len(list) == 0 {
		return
	}
	p.heading("Warnings")
	for _, w := range list {
		p.item(p.style.paint(yellow, w.Code) + ": " + w.Message)
	}
}

func (p *page) objectives(c *plan.Candidate) {
	if c.Estimate == nil {
		p.heading("Objectives")
	} else {
		p.heading("Objectives (on the sample; not confirmed on all of the traffic)")
	}
	rows := [][]string{{"", "asked", "got", ""}}
	for _, o := range c.Objectives {
		verdict := p.style.paint(green, "met")
		if !o.Met {
			verdict = p.style.paint(red, "FAILED")
		}
		got, bound := o.Figures()
		rows = append(rows, []string{o.Objective, bound, got, verdict})
	}
	o := c.Outcome
	rows = append(rows,
		[]string{"latency p50 / p95 / p99", "", fmt.Sprintf("%s / %s / %s", plan.Seconds(o.Latency.P50), plan.Seconds(o.Latency.P95), plan.Seconds(o.Latency.P99)), ""},
		[]string{"utilisation", "", percent(o.Utilisation), ""},
		[]string{"instances started", "", strconv.FormatInt(o.Starts, 10), ""},
		[]string{"waited for a start", "", fmt.Sprintf("%d of %d requests", o.ColdStarts, o.Arrivals), ""})
	p.table("lrrl", rows)
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 1, 64) + " %" }

func (p *page) tipping(t *plan.Tipping) {
	if t == nil {
		return
	}
	p.heading("Tipping point")
	switch {
	case t.Found:
		about := "At"
		if t.Estimated() {
			about = "On a sample, at about"
		}
		p.item(fmt.Sprintf("%s %s (%.3g times today's traffic) the cheaper side changes: above it the %s home is cheaper.", about, t.Rate, t.Factor, t.Cheaper))
		p.item(fmt.Sprintf("There %s costs %s $ a month at %s utilisation under the objectives, %s %s $.",
			t.Cluster, t.ClusterMonthly.Dollars(), percent(t.Utilisation), t.Serverless, t.ServerlessMonthly.Dollars()))
	case t.From == t.To:
		p.item(fmt.Sprintf("Not searched: other traffic than today's takes too long to simulate. Today the %s home is cheaper.", t.Cheaper))
	default:
		p.item(fmt.Sprintf("None from %.3g to %.3g times today's traffic: the %s home stays cheaper.", t.From, t.To, t.Cheaper))
	}
	if factors := t.Sampled(); len(factors) > 0 {
		p.item(fmt.Sprintf("Costs at %s times today's traffic are estimated on a sample: these points of the curve have no settings to simulate.", and(factors)))
	}
	if t.Naive > 0 {
		p.item(fmt.Sprintf("The price ratio alone would say %s utilisation (%s).", percent(t.Naive), t.NaiveNote))
	}
}

// and joins a list for people: "1, 2 and 3".
func and(list []string) string {
	if n := len(list) - 1; n > 0 {
		return strings.Join(list[:n], ", ") + " and " + list[n]
	}
	return strings.Join(list, "")
}

// alternatives shows the winners of either side, or what came nearest.
func (p *page) alternatives(pl *plan.Plan) {
	list := pl.Alternatives()
	heading := "Nearest arrangements"
	if pl.Best != nil {
		heading = "Alternatives (the cheapest of each offer; -o wide shows all)"
	}
	if p.style.Wide && pl.Best != nil || len(list) == 0 {
		return
	}
	p.heading(heading)
	p.candidateTable(list)
	if more := pl.Simulated() - len(list); pl.Best != nil && more > 0 {
		p.printf("  and %d more\n", more)
	}
}

func (p *page) candidates(list []*plan.Candidate) {
	p.heading("Candidates")
	p.candidateTable(list)
}

// What the columns of tables mean.
const (
	coldNote   = "cold: the share of requests that waited for an instance to start"
	startsNote = "starts: the instances that were started"
	sizedNote  = "as sized: nothing but its number was searched, other settings may cost less"
)

// candidateTable compares arrangements; the wide one also has how many instances each started.
func (p *page) candidateTable(list []*plan.Candidate) {
	if p.style.Wide {
		p.table("llllrrrrrl", candidateRows(list, true))
		p.note(coldNote, startsNote)
	} else {
		p.table("llllrrrrl", candidateRows(list, false))
		p.note(coldNote)
	}
	if slices.ContainsFunc(list, func(c *plan.Candidate) bool { return c.SizedOnly }) {
		p.note(sizedNote)
	}
}

func candidateRows(list []*plan.Candidate, wide bool) [][]string {
	row := func(before []string, cold, starts, used, status string) []string {
		if wide {
			return append(before, cold, starts, used, status)
		}
		return append(before, cold, used, status)
	}
	rows := [][]string{row([]string{"offer", "region", "class", "settings", "$/month", "p95"}, "cold", "starts", "used", "status")}
	for _, c := range list {
		where := []string{c.Offer, c.Region, string(c.PriceClass)}
		if c.Status == plan.Dominated {
			rows = append(rows, row(append(where, c.Variant, "> "+c.Monthly.Dollars(), ""), "", "", "", "not simulated: dearer at its least"))
			continue
		}
		o := c.Outcome
		rows = append(rows, row(append(where, c.Short(), monthly(c), plan.Seconds(o.Latency.P95)),
			percent(c.ColdShare()), strconv.FormatInt(o.Starts, 10), percent(o.Utilisation), c.StatusText()))
	}
	return rows
}

// monthly is a candidate's cost in a table: exactly, or the range of an estimate.
func monthly(c *plan.Candidate) string {
	if c.Estimate == nil {
		return c.Monthly.Dollars()
	}
	return c.Estimate.Low.Dollars() + " to " + c.Estimate.High.Dollars()
}

func (p *page) refused(list []plan.Refusal) {
	if len(list) == 0 {
		return
	}
	p.heading("Refused")
	rows := make([][]string, 0, len(list))
	for _, r := range list {
		reason := r.Reason
		if r.Source != "" {
			reason += " [" + r.Source + "]"
		}
		rows = append(rows, []string{r.Offer, r.Region, string(r.PriceClass), r.Gate, reason})
	}
	p.table("lllll", rows)
}

// PlanTable is every candidate of a plan.
func PlanTable(p *plan.Plan) Table {
	return Table{Align: "llllrrrrrl", Rows: candidateRows(p.Candidates, true)}
}
