package v1alpha1

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
)

// arrivals returns how the generator draws arrivals.
func (g *Generator) arrivals() string {
	if g.Arrivals == "" {
		return "poisson"
	}
	return g.Arrivals
}

func (g *Generator) validate(r *report, path string) {
	arrivals := fieldPath(path, "arrivals")
	isMMPP, isReplay := g.arrivals() == "mmpp", g.arrivals() == "replay"
	if g.Rate == 0 && !isMMPP && !isReplay {
		r.reject(fieldPath(path, "rate"), "is required: expected the mean rate, such as 5/s, 300/min or 3M/month", arrivals, fieldPath(path, "rate"))
	}
	if g.Span == 0 && !isReplay {
		r.reject(fieldPath(path, "span"), "is required: expected how long the traffic lasts, such as 7d", arrivals, fieldPath(path, "span"))
	}
	if isMMPP && len(g.States) == 0 {
		r.reject(fieldPath(path, "states"), "is required with arrivals mmpp: expected a list of phases with rate and dwell", arrivals)
	}
	if isReplay && g.Replay == "" {
		r.reject(fieldPath(path, "replay"), "is required with arrivals replay: expected the path of a rate series (t_s,count or period_utc,count)", arrivals)
	}
	g.rejectForeign(r, path)
	g.validateStates(r, path)
	if g.Daily != nil && g.Daily.PeakAt != nil && g.Daily.PeakAt.Seconds() >= 24*3600 {
		r.reject(fieldPath(path, "daily.peakAt"), fmt.Sprintf("expected a time of day below 24h, got %s", *g.Daily.PeakAt))
	}
	g.validateFlash(r, path)
	g.Sizes.validate(r, fieldPath(path, "sizes"))
}

// rejectForeign refuses settings of one kind of arrivals with another, which would have no effect.
func (g *Generator) rejectForeign(r *report, path string) {
	arrivals := g.arrivals()
	isMMPP, isReplay := arrivals == "mmpp", arrivals == "replay"
	for _, f := range []struct {
		name    string
		given   bool
		message string
	}{
		{"rate", g.Rate > 0 && isMMPP, "contradicts arrivals mmpp, which takes its rate from states: leave it out, or use traffic.scale"},
		{"rate", g.Rate > 0 && isReplay, "contradicts arrivals replay, which takes its rate from the file: leave it out, or use traffic.scale"},
		{"cv", g.CV != nil && arrivals != "gamma" && arrivals != "weibull", fmt.Sprintf("has no effect with arrivals %s: leave it out, or choose gamma or weibull", arrivals)},
		{"states", len(g.States) > 0 && !isMMPP, fmt.Sprintf("has no effect with arrivals %s: leave it out, or set arrivals to mmpp", arrivals)},
		{"replay", g.Replay != "" && !isReplay, fmt.Sprintf("has no effect with arrivals %s: leave it out, or set arrivals to replay", arrivals)},
		{"daily", g.Daily != nil && isReplay, "contradicts arrivals replay, which has the shape of its file: leave it out"},
		{"weekly", g.Weekly != nil && isReplay, "contradicts arrivals replay, which has the shape of its file: leave it out"},
		{"flash", len(g.Flash) > 0 && isReplay, "contradicts arrivals replay, which has the shape of its file: leave it out, or add a crowd with traffic.merge"},
	} {
		if f.given {
			r.reject(fieldPath(path, f.name), f.message, fieldPath(path, "arrivals"))
		}
	}
}

func (g *Generator) validateStates(r *report, path string) {
	var highest unit.Rate
	for _, s := range g.States {
		highest = max(highest, s.Rate)
	}
	if len(g.States) > 0 && highest == 0 {
		at := fieldPath(path, "states")
		r.reject(at, "expected at least one phase with a rate above 0: without one there are no requests", at)
	}
}

func (g *Generator) validateFlash(r *report, path string) {
	for i, f := range g.Flash {
		at := itemPath(fieldPath(path, "flash"), i)
		// Compared as a difference: the sum of two long times could overflow.
		if g.Span > 0 && f.At > g.Span-f.Duration {
			r.reject(at, fmt.Sprintf("ends after the span of %s: it begins at %s and lasts %s; make the span longer or the crowd earlier", g.Span, f.At, f.Duration), at, fieldPath(path, "span"))
		}
	}
}
