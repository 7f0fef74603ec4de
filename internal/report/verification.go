package report

import (
	"fmt"

	"fulcrum.dev/fulcrum/internal/plan"
)

// maxDifferences is how many differences of one arrangement the text lists.
const maxDifferences = 10

// verification says whether simulating the arrangements again gives the printed figures, and which it does not give.
func (p *page) verification(v *plan.Verification) {
	if v == nil {
		return
	}
	p.printf("\n")
	switch {
	case v.Stopped:
		p.printf("%s verification ended early: %d of %s checked, %s.\n",
			p.style.paint(red, "Not verified:"), *v.Checked, count(v.Arrangements, "arrangement"), figuresThatDiffer(len(v.Differences)))
	case v.Arrangements == 0:
		p.printf("%s every arrangement that is shown is an estimate.\n", p.style.paint(red, "Nothing verified:"))
	case len(v.Differences) == 0:
		p.printf("%s %s, written into spec.homes, %s the printed cost, percentiles, errors and cold starts when simulated on all of the traffic.\n",
			p.style.paint(green, "Verified:"), count(v.Arrangements, "arrangement"), pick(v.Arrangements, "gives", "give"))
	default:
		p.printf("%s of %s, written into spec.homes, some do not give the printed figures when simulated on all of the traffic.\n",
			p.style.paint(red, "Not verified:"), count(v.Arrangements, "arrangement"))
	}
	if v.Estimated > 0 {
		p.item(fmt.Sprintf("Not checked: %s that %s on a part of the traffic and %s an estimate.",
			count(v.Estimated, "arrangement"), pick(v.Estimated, "rests", "rest"), pick(v.Estimated, "carries", "carry")))
	}
	for _, list := range byArrangement(v.Differences) {
		p.differences(list)
	}
}

// byArrangement splits differences where another arrangement begins.
func byArrangement(all []plan.Difference) [][]plan.Difference {
	var lists [][]plan.Difference
	for i, d := range all {
		if i == 0 || d.Place != all[i-1].Place || d.Arrangement != all[i-1].Arrangement {
			lists = append(lists, nil)
		}
		last := &lists[len(lists)-1]
		*last = append(*last, d)
	}
	return lists
}

// differences lists those of one arrangement.
func (p *page) differences(list []plan.Difference) {
	p.item(list[0].Place + ": " + list[0].Arrangement)
	rows := [][]string{{"field", "in the plan", "simulated"}}
	for _, d := range list[:min(len(list), maxDifferences)] {
		rows = append(rows, []string{d.Field, orNone(d.Expected), orNone(d.Got)})
	}
	p.table("lrr", rows)
	if more := len(list) - maxDifferences; more > 0 {
		p.item(fmt.Sprintf("and %s more; -o json has all", count(more, "difference")))
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func figuresThatDiffer(n int) string {
	if n == 0 {
		return "without a difference"
	}
	return count(n, "figure") + " " + pick(n, "differs", "differ")
}

func count(n int, noun string) string {
	return fmt.Sprintf("%d %s", n, pick(n, noun, noun+"s"))
}

func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
