package plan

import (
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// maxPriceAge is the age from which a price is flagged when the model file does not say.
	maxPriceAge = 180 * day
	// tailRequests is how many requests must lie beyond a percentile for it to be more than a guess.
	tailRequests = 30
)

func (s *search) addWarning(code, format string, args ...any) {
	w := Warning{Code: code, Message: fmt.Sprintf(format, args...)}
	if !slices.Contains(s.plan.Warnings, w) {
		s.plan.Warnings = append(s.plan.Warnings, w)
	}
}

// warn collects the doubts about the candidates that a result shows.
func (s *search) warn(shown []*Candidate) {
	s.warnTraffic()
	for _, c := range shown {
		s.warnCandidate(c)
	}
}

func (s *search) warnTraffic() {
	t := s.plan.Traffic
	span := unit.Duration(t.Span.Std().Round(time.Second))
	if t.Span.Std() != unit.Month {
		s.addWarning("extrapolated-month", "a month of 730 h is extrapolated from %s of traffic, x %.4g", span, t.MonthFactor)
	}
	switch {
	case t.Span.Std() < day:
		s.addWarning("short-trace", "the traffic covers less than a day")
		s.addWarning("no-daily-shape", "what hours the traffic does not cover may be busier or quieter")
	case t.Span.Std() < week:
		s.addWarning("no-weekly-shape", "the traffic covers less than a week")
	}
	for _, o := range s.full.objs {
		if tail := o.share * float64(t.Requests); o.bound > 0 && tail < tailRequests {
			s.addWarning("thin-tail", "%s rests on the slowest %.0f of %d requests; a longer trace would settle it", o.name, tail, t.Requests)
		}
	}
	s.warnSample()
	for _, n := range t.Notes {
		s.addWarning("traffic", "%s", n)
	}
}

// warnSample says what rests on a sample, and what that may hide.
func (s *search) warnSample() {
	p := s.plan
	if p.Stopped {
		s.addWarning("stopped", "the search was ended early: there may be cheaper arrangements, and costs that are told as from one amount to another were not confirmed on all of the traffic")
	}
	if p.Traffic.Searched == "" {
		return
	}
	s.addWarning("sampled-search", "sizes were searched on %s; costs that are one amount are of runs on all of the traffic", p.Traffic.Searched)
	if n := len(p.rivals()); n > 0 && p.Best.Estimate == nil {
		s.addWarning("not-confirmed", "%s may cost less than the best, as far as the sample tells, and did not run on all of the traffic; -o wide lists them with the range of their cost",
			plural(n, "other arrangement"))
	}
}

func (s *search) warnCandidate(c *Candidate) {
	limit := s.spec.Constraints.MaxPriceAge.Std()
	if limit == 0 {
		limit = maxPriceAge
	}
	for _, p := range c.placements() {
		s.warnPlacement(&p)
		for _, l := range p.Bill.Lines {
			s.warnLine(&p, l, limit)
		}
	}
}

func (s *search) warnPlacement(p *Placement) {
	if p.Basis.Source == arrange.Estimated {
		s.addWarning("estimated-service-time", "%s: the service time is estimated, not measured", p.Offer)
	}
	s.warnExtrapolation(p)
	if p.arrangement.QuotaAssumed > 0 {
		s.addWarning("quota-assumed", "%s: a quota of %d is taken as given; spec.constraints.quotas sets what the account has", p.Offer, p.arrangement.QuotaAssumed)
	}
	if c := p.arrangement.Home.Cluster; p.PriceClass == catalog.Spot && (c == nil || c.Nodes.Spot == nil) {
		s.addWarning("spot", "%s: interruptions are not simulated: the catalogue has no rate for the offer; give cluster.spot.interruptions", p.Offer)
	}
}

func (s *search) warnLine(p *Placement, l catalog.Line, limit time.Duration) {
	switch age := s.in.Today.Sub(l.AsOf); {
	case l.AsOf.IsZero():
		s.addWarning("undated-price", "%s: the price of %s has no date (%s)", p.Offer, l.Item, l.Source)
	case age > limit:
		s.addWarning("stale-price", "%s: the price of %s is of %s, %d days old (limit %s)", p.Offer, l.Item, l.AsOf.Format(time.DateOnly), int(age/day), unit.Duration(limit))
	}
	if l.Confidence == catalog.Low {
		s.addWarning("low-confidence-price", "%s: the price of %s is of low confidence (%s)", p.Offer, l.Item, l.Source)
	}
}
