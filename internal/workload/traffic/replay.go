package traffic

import (
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
	"fulcrum.dev/fulcrum/internal/workload/trace"
)

// replay draws the arrivals of a rate series file uniformly within its periods.
func replay(open rows.Opener, g v1alpha1.Generator, seed uint64) (workload.Workload, error) {
	switch {
	case g.Replay == "":
		return nil, errors.New("replay: expected the path of a rate series file (t_s,count or period_utc,count)")
	case g.Rate != 0 || g.CV != nil && *g.CV != 1 || len(g.States) > 0:
		return nil, errors.New("arrivals: replay takes its rate from the file, leave out rate, cv and states; use traffic.scale for another rate")
	case g.Daily != nil || g.Weekly != nil || len(g.Flash) > 0:
		return nil, errors.New("arrivals: replay has the shape of its file, leave out daily, weekly and flash; use traffic.merge to add a crowd")
	}
	sampler, err := sizes.New(open, g.Sizes)
	if err != nil {
		return nil, err
	}
	series, err := trace.Read(open, v1alpha1.Trace{Path: g.Replay, Format: "rates"}, seed)
	if err != nil {
		return nil, err
	}
	w := sampler.Give(series, seed)
	span := series.Info().Span
	switch {
	case g.Span < 0 || g.Span.Std() > span:
		return nil, fmt.Errorf("span: %s covers %s, got a span of %s: leave it out, or use traffic.repeat", g.Replay, unit.Duration(span), g.Span)
	case g.Span > 0:
		return workload.Slice(w, 0, g.Span.Std())
	}
	return w, nil
}
