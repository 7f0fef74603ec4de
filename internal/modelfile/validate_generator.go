package modelfile

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// arrivalsOf returns how the generator draws arrivals.
func arrivalsOf(g *v1alpha1.Generator) string {
	if g.Arrivals == "" {
		return "poisson"
	}
	return g.Arrivals
}

func validateGenerator(g *v1alpha1.Generator, r *strictyaml.Report, path string) {
	arrivals := strictyaml.FieldPath(path, "arrivals")
	isMMPP, isReplay := arrivalsOf(g) == "mmpp", arrivalsOf(g) == "replay"
	if g.Rate == 0 && !isMMPP && !isReplay {
		r.Reject(strictyaml.FieldPath(path, "rate"), "is required: expected the mean rate, such as 5/s, 300/min or 3M/month", arrivals, strictyaml.FieldPath(path, "rate"))
	}
	if g.Span == 0 && !isReplay {
		r.Reject(strictyaml.FieldPath(path, "span"), "is required: expected how long the traffic lasts, such as 7d", arrivals, strictyaml.FieldPath(path, "span"))
	}
	if isMMPP && len(g.States) == 0 {
		r.Reject(strictyaml.FieldPath(path, "states"), "is required with arrivals mmpp: expected a list of phases with rate and dwell", arrivals)
	}
	if isReplay && g.Replay == "" {
		r.Reject(strictyaml.FieldPath(path, "replay"), "is required with arrivals replay: expected the path of a rate series (t_s,count or period_utc,count)", arrivals)
	}
	rejectForeign(g, r, path)
	validateStates(g, r, path)
	if g.Daily != nil && g.Daily.PeakAt != nil && g.Daily.PeakAt.Seconds() >= 24*3600 {
		r.Reject(strictyaml.FieldPath(path, "daily.peakAt"), fmt.Sprintf("expected a time of day below 24h, got %s", *g.Daily.PeakAt))
	}
	validateFlash(g, r, path)
	ValidateSizes(&g.Sizes, r, strictyaml.FieldPath(path, "sizes"))
}

// rejectForeign refuses settings of one kind of arrivals with another, which would have no effect.
func rejectForeign(g *v1alpha1.Generator, r *strictyaml.Report, path string) {
	arrivals := arrivalsOf(g)
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
			r.Reject(strictyaml.FieldPath(path, f.name), f.message, strictyaml.FieldPath(path, "arrivals"))
		}
	}
}

func validateStates(g *v1alpha1.Generator, r *strictyaml.Report, path string) {
	var highest unit.Rate
	for _, s := range g.States {
		highest = max(highest, s.Rate)
	}
	if len(g.States) > 0 && highest == 0 {
		at := strictyaml.FieldPath(path, "states")
		r.Reject(at, "expected at least one phase with a rate above 0: without one there are no requests", at)
	}
}

func validateFlash(g *v1alpha1.Generator, r *strictyaml.Report, path string) {
	for i, f := range g.Flash {
		at := strictyaml.ItemPath(strictyaml.FieldPath(path, "flash"), i)
		// Compared as a difference: the sum of two long times could overflow.
		if g.Span > 0 && f.At > g.Span-f.Duration {
			r.Reject(at, fmt.Sprintf("ends after the span of %s: it begins at %s and lasts %s; make the span longer or the crowd earlier", g.Span, f.At, f.Duration), at, strictyaml.FieldPath(path, "span"))
		}
	}
}
