package bench

import (
	"fmt"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// header says what the log will be of.
func (in Input) header(start time.Time) record.Header {
	s := in.Suite.Spec
	h := record.Header{
		Suite: in.Suite.Metadata.Name, SuiteHash: in.SuiteHash, Tool: in.Tool, Start: start.UTC(), Seed: *s.Load.Seed,
		Load: in.describe(), Closed: s.Load.Closed != nil, Planned: in.Projection.Requests, Warmup: s.Warmup.Std(),
		Gate: record.Gate{Percentile: s.Gate.Percentile, Max: s.Gate.Most.Std()},
	}
	for _, t := range s.Targets {
		h.Targets = append(h.Targets, record.TargetInfo{Name: t.Name, Group: t.Group, URL: t.URL, Protocol: t.Protocol})
	}
	h.Thresholds = Thresholds(in.Suite)
	return h
}

// Thresholds are the limits of a suite one by one.
func Thresholds(s *v1alpha1.Suite) []record.Threshold {
	var list []record.Threshold
	for _, t := range s.Spec.Thresholds {
		list = append(list, thresholdsOf(t)...)
	}
	return list
}

// describe says the load in words.
func (in Input) describe() string {
	s, p := in.Suite.Spec, in.Projection
	var b strings.Builder
	switch {
	case s.Load.Closed != nil:
		fmt.Fprintf(&b, "closed loop of %d callers for %s", s.Load.Closed.Callers, unit.Duration(p.Span))
	case in.Workload == nil:
		return "no load"
	default:
		info := in.Workload.Info()
		fmt.Fprintf(&b, "%d requests in %s, open loop, from %s", p.Requests, unit.Duration(p.Span.Round(time.Millisecond)), info.Name)
		if s.Load.Speed != 1 {
			fmt.Fprintf(&b, " at %g times its speed", s.Load.Speed)
		}
	}
	switch {
	case len(s.Targets) == 1:
	case p.Turn == 0:
		fmt.Fprintf(&b, ", %d targets alternating by request", len(s.Targets))
	default:
		fmt.Fprintf(&b, ", %d targets in turns of %s", len(s.Targets), unit.Duration(p.Turn.Round(time.Millisecond)))
	}
	return b.String()
}

func thresholdsOf(t v1alpha1.SuiteThreshold) []record.Threshold {
	var list []record.Threshold
	for _, m := range []struct {
		name string
		of   v1alpha1.Percentiles
	}{
		{"latency", t.Latency},
		{"timeToFirstByte", t.TimeToFirstByte},
		{"timeToFirstToken", t.TimeToFirstToken},
		{"timePerOutputToken", t.TimePerOutputToken},
	} {
		for _, p := range []struct {
			percentile float64
			most       unit.Duration
		}{{50, m.of.P50}, {95, m.of.P95}, {99, m.of.P99}} {
			if p.most > 0 {
				list = append(list, record.Threshold{Target: t.Target, Metric: m.name, Percentile: p.percentile, Max: p.most.Seconds()})
			}
		}
	}
	if t.Errors != nil {
		list = append(list, record.Threshold{Target: t.Target, Metric: record.MetricErrors, Max: float64(*t.Errors)})
	}
	return list
}
