package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// nearestShown is how many infeasible arrangements a negative verdict shows.
const nearestShown = 3

// conclude puts the plan into words.
func (s *search) conclude() {
	p := s.plan
	p.markSized()
	if p.Best == nil {
		s.concludeInfeasible()
		s.warn(p.Nearest)
		return
	}
	p.Verdict = Verdict{
		Feasible: true,
		Summary:  fmt.Sprintf("Serve %s %s, for %s a month.%s", p.Model, p.Best.Describe(), p.Best.Cost(), p.soFar()),
		Reasons:  s.reasons(),
		RestsOn:  s.restsOn(p.Best),
	}
	s.warn(compact(p.Best, p.RunnerUp, p.BestCluster, p.BestServerless, p.BestHybrid))
}

// soFar says that a search was ended early.
func (p *Plan) soFar() string {
	if p.Stopped {
		return " The search was ended early: this is the best so far."
	}
	return ""
}

func compact(list ...*Candidate) []*Candidate {
	var out []*Candidate
	for _, c := range list {
		if c != nil && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (s *search) reasons() []string {
	p := s.plan
	reasons := []string{s.cheapestOf()}
	if p.RunnerUp != nil {
		reasons = append(reasons, fmt.Sprintf("The runner-up %s: %s, %s a month.",
			costsMore(p.Best.Monthly, p.RunnerUp.Monthly), p.RunnerUp.Describe(), p.RunnerUp.Cost()))
	}
	if r := p.whyHybrid(); r != "" {
		reasons = append(reasons, r)
	}
	if o := tightest(p.Best); o != nil {
		got, bound := o.Figures()
		reasons = append(reasons, fmt.Sprintf("Its tightest objective is %s: %s of %s allowed.", o.Objective, got, bound))
	}
	for _, c := range compact(p.BestCluster, p.BestServerless) {
		if c != p.Best && c != p.RunnerUp {
			reasons = append(reasons, fmt.Sprintf("The best %s home %s: %s, %s a month.",
				c.Side, costsMore(p.Best.Monthly, c.Monthly), c.Describe(), c.Cost()))
		}
	}
	for _, c := range compact(p.BestCluster, p.BestServerless) {
		if text := whereItGoes(c); text != "" && p.Best.Side != SideHybrid {
			reasons = append(reasons, text)
		}
	}
	if r := s.noOtherSide(); r != "" {
		reasons = append(reasons, r)
	}
	return reasons
}

// cheapestOf says among how many arrangements the best is the cheapest.
func (s *search) cheapestOf() string {
	n, noun := len(s.found(func(*Candidate) bool { return true })), "simulated arrangement"
	switch s.plan.BestHybrid {
	case nil:
	case s.plan.Best:
		n += len(s.hybrids)
	default:
		noun = "simulated single home"
	}
	return fmt.Sprintf("It is the cheapest of %s that %s every objective; %s.", plural(n, noun), verb(n, "meets", "meet"), s.otherCounts())
}

// whyHybrid says why a hybrid is the verdict, or what one would save that is not.
func (p *Plan) whyHybrid() string {
	margin := fmt.Sprintf("%.0f %%", hybridMargin*100)
	switch h := p.BestHybrid; {
	case h == nil:
		return ""
	case h != p.Best:
		saving := (1 - h.Monthly.Float64()/p.Best.Monthly.Float64()) * 100
		return fmt.Sprintf("A hybrid would cost %.1f %% less: %s, %s a month. It would have to save %s: running two platforms has a price that no bill shows.",
			saving, h.Describe(), h.Cost(), margin)
	case p.RunnerUp == nil:
		return "No single home meets every objective."
	}
	return fmt.Sprintf("A hybrid must save at least %s over the best single home, as running two platforms has a price that no bill shows; this one does.", margin)
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (s *search) otherCounts() string {
	var failed, dominated int
	for _, c := range s.plan.Candidates {
		switch c.Status {
		case Infeasible:
			failed++
		case Dominated:
			dominated++
		}
	}
	return fmt.Sprintf("%d fail one, %d cost more even at their least, %d offers are refused", failed, dominated, len(s.plan.Refused))
}

// costsMore compares two costs as people do: by per cent when near, else as a multiple.
func costsMore(less, more unit.Money) string {
	ratio := more.Float64() / less.Float64()
	if ratio < 2 {
		return fmt.Sprintf("costs %.0f %% more", (ratio-1)*100)
	}
	return fmt.Sprintf("costs %.3g times as much", ratio)
}

// whereItGoes says what share of the capacity that is paid for does work, and why.
func whereItGoes(c *Candidate) string {
	o := c.Outcome
	switch c.Kind {
	case catalog.KindNode:
		mean, noun := fmt.Sprintf("%.3g", o.MeanLive), "replicas"
		if mean == "1" {
			noun = "replica"
		}
		return fmt.Sprintf("On %s the objectives leave %.1f %% utilisation, with %s %s on average and %d at the busiest%s.",
			c.Offer, o.Utilisation*100, mean, noun, o.PeakLive, c.PeakNote())
	case catalog.KindContainer:
		return fmt.Sprintf("On %s %.1f %% of the ready instance capacity does work; %.2f %% of the requests wait for an instance to start (instances started: %d).",
			c.Offer, o.Utilisation*100, coldShare(o.ColdStarts, o.Arrivals)*100, o.Starts)
	}
	billed := "only run time is billed"
	if *c.Settings.Function.ProvisionedConcurrency > 0 {
		billed = "run time is billed, and the provisioned environments whether they run or not"
	}
	return fmt.Sprintf("On %s %s; %.2f %% of the requests wait for an environment to start (environments started: %d).",
		c.Offer, billed, coldShare(o.ColdStarts, o.Arrivals)*100, o.Starts)
}

// coldShare is the share of the arrivals that waited for a start, as simulate.Outcome.ColdStarts defines it.
func coldShare(cold, arrivals int64) float64 {
	return float64(cold) / math.Max(1, float64(arrivals))
}

func (s *search) noOtherSide() string {
	p := s.plan
	switch {
	case p.Stopped && (p.BestCluster == nil || p.BestServerless == nil):
		return "The search was ended before it had looked at all homes of both sides."
	case p.BestCluster == nil:
		return "No cluster home is feasible, so there is no tipping point: " + s.whyNone(SideCluster)
	case p.BestServerless == nil:
		return "No serverless home is feasible, so there is no tipping point: " + s.whyNone(SideServerless)
	}
	return ""
}

// whyNone names the most common obstacle of a side.
func (s *search) whyNone(side Side) string {
	counts := map[string]int{}
	for _, c := range s.plan.Candidates {
		if c.Side == side && c.Status == Infeasible {
			for _, o := range c.Objectives {
				if !o.Met {
					counts[o.Objective+" is not met"]++
				}
			}
		}
	}
	if len(counts) == 0 {
		return "every such offer is refused by a hard constraint or left out of spec.homes."
	}
	best := ""
	for reason, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && reason < best {
			best = reason
		}
	}
	return best + " there."
}

// tightest is the objective of a candidate with the least room left.
func tightest(c *Candidate) *Attainment {
	var best *Attainment
	for i := range c.Objectives {
		if o := &c.Objectives[i]; o.Bound > 0 && (best == nil || o.strain() > best.strain()) {
			best = o
		}
	}
	return best
}

// strain is how much of the bound is used: above 1 it is broken.
func (a Attainment) strain() float64 { return a.Got / a.Bound }

// Figures renders what came out and its bound, with their unit, and with more digits than usual where the two would read the same.
func (a Attainment) Figures() (got, bound string) {
	const usual, max = 3, 9
	for digits := usual; digits <= max; digits++ {
		got, bound = a.render(a.Got, digits), a.render(a.Bound, digits)
		if got != bound || a.Got == a.Bound {
			break
		}
	}
	return got, bound
}

func (a Attainment) render(v float64, digits int) string {
	switch a.Unit {
	case "share":
		return fmt.Sprintf("%.*g %%", digits, v*100)
	case "USD":
		return unit.USD(unit.MustDecimal(fmt.Sprintf("%.2f", v))).Dollars() + " $"
	}
	return seconds(v, digits)
}

// Seconds renders a time in seconds for people.
func Seconds(v float64) string { return seconds(v, 3) }

func seconds(v float64, digits int) string {
	switch {
	case v < 1:
		return fmt.Sprintf("%.*g ms", digits, v*1000)
	case v < 1000:
		return fmt.Sprintf("%.*g s", digits, v)
	}
	return fmt.Sprintf("%.*f s", digits-3, v)
}

// concludeInfeasible says which objective fails on the arrangements that come closest.
func (s *search) concludeInfeasible() {
	p := s.plan
	for _, c := range p.Candidates {
		if c.Status == Infeasible {
			p.Nearest = append(p.Nearest, c)
		}
	}
	slices.SortStableFunc(p.Nearest, func(a, b *Candidate) int {
		return compareFloat(worst(a), worst(b))
	})
	p.Nearest = p.Nearest[:min(nearestShown, len(p.Nearest))]
	p.Verdict.Summary = fmt.Sprintf("No arrangement meets the objectives of %s.", p.Model)
	if len(p.Nearest) == 0 {
		p.Verdict.Reasons = []string{"Every offer is refused by a hard constraint; -o wide lists them with their reasons."}
		for _, r := range p.Refused[:min(nearestShown, len(p.Refused))] {
			p.Verdict.Reasons = append(p.Verdict.Reasons, fmt.Sprintf("Refused: %s (%s, %s): %s.", r.Offer, r.Region, r.PriceClass, r.Reason))
		}
	}
	for _, c := range p.Nearest {
		var failing []string
		for _, o := range c.Objectives {
			if !o.Met {
				got, bound := o.Figures()
				failing = append(failing, fmt.Sprintf("%s is %s, at most %s is allowed", o.Objective, got, bound))
			}
		}
		p.Verdict.Reasons = append(p.Verdict.Reasons, fmt.Sprintf("Nearest: %s: %s.", c.Describe(), strings.Join(failing, "; ")))
	}
}

// worst is the greatest strain among the objectives that are not met.
func worst(c *Candidate) float64 {
	var w float64
	for _, o := range c.Objectives {
		if !o.Met {
			w = math.Max(w, o.strain())
		}
	}
	return w
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// restsOn lists what the best arrangement's figures are built on.
func (s *search) restsOn(c *Candidate) []string {
	t := s.plan.Traffic
	list := []string{
		fmt.Sprintf("%d requests over %s, extrapolated x %.4g to a month of 730 h", t.Requests, unit.Duration(t.Span.Std().Round(time.Second)), t.MonthFactor),
	}
	switch ref := c.Basis.Reference; {
	case ref == "":
	case strings.HasPrefix(ref, arrange.Measured):
		list = append(list, "service time "+ref)
	default:
		list = append(list, fmt.Sprintf("service time %s: %s", c.Basis.Source, ref))
	}
	list = append(list, c.Assumptions...)
	if n := s.spec.Constraints.Fleet.Models; n > 1 && slices.ContainsFunc(c.placements(), func(p Placement) bool { return p.Kind == catalog.KindNode }) {
		list = append(list, fmt.Sprintf("the cluster's fixed cost is shared by %d models", n))
	}
	return list
}
