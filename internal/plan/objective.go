package plan

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/simulate"
)

// objective is one bound on a simulated metric.
type objective struct {
	name   string
	metric simulate.Metric
	bound  time.Duration
	// share is the part of the requests that may exceed the bound.
	share float64
}

// allowed is how many of a number of requests may exceed the bound.
func (o objective) allowed(requests int64) int64 { return random.Allowed(o.share, requests) }

func objectives(spec *v1alpha1.ModelSpec) []objective {
	var list []objective
	add := func(name string, m simulate.Metric, p v1alpha1.Percentiles) {
		for _, q := range []struct {
			suffix string
			bound  unit.Duration
			share  float64
		}{{"p50", p.P50, 0.50}, {"p95", p.P95, 0.05}, {"p99", p.P99, 0.01}} {
			if q.bound > 0 {
				list = append(list, objective{name: name + " " + q.suffix, metric: m, bound: q.bound.Std(), share: q.share})
			}
		}
	}
	add("latency", simulate.Latency, spec.Objectives.Latency)
	add("time to first token", simulate.TimeToFirstToken, spec.Objectives.TimeToFirstToken)
	add("time per output token", simulate.TimePerOutputToken, spec.Objectives.TimePerOutputToken)
	return append(list, objective{name: "errors", metric: simulate.Errors, share: errorShare(spec)})
}

// defaultErrors is the share of requests that may fail when the model file does not say.
const defaultErrors = 0.001

func errorShare(spec *v1alpha1.ModelSpec) float64 {
	if e := spec.Objectives.Errors; e != nil {
		return float64(*e)
	}
	return defaultErrors
}

// judge compares an outcome with every objective.
func (e *evaluator) judge(o simulate.Outcome) []Attainment {
	answered := o.Served + o.TimedOut
	list := make([]Attainment, 0, len(e.objs)+1)
	for i, obj := range e.objs {
		at := Attainment{Objective: obj.name, Bound: obj.bound.Seconds(), Unit: "s", Got: percentile(o, obj)}
		total := answered
		if obj.metric == simulate.Errors {
			at.Bound, at.Unit, total = obj.share, "share", o.Arrivals
			at.Got = float64(o.Rejected+o.TimedOut) / math.Max(1, float64(o.Arrivals))
		}
		at.Met = float64(o.Exceeded[i]) <= max(1, e.tolerance)*float64(obj.allowed(total)) && !o.Stopped
		list = append(list, at)
	}
	return list
}

func percentile(o simulate.Outcome, obj objective) float64 {
	s := o.Latency
	switch obj.metric {
	case simulate.TimeToFirstToken:
		s = o.TimeToFirstToken
	case simulate.TimePerOutputToken:
		s = o.TimePerOutputToken
	}
	switch obj.share {
	case 0.50:
		return s.P50
	case 0.05:
		return s.P95
	}
	return s.P99
}

// monthlyBudget names the objective that is not about how requests are served.
const monthlyBudget = "monthly budget"

func (e *evaluator) judgeBudget(c *Candidate) {
	budget := e.spec.Objectives.MonthlyBudget
	if budget == nil {
		return
	}
	c.Objectives = append(c.Objectives, Attainment{
		Objective: monthlyBudget, Bound: budget.Float64(), Got: c.Monthly.Float64(), Unit: "USD", Met: !budget.Less(c.Monthly),
	})
}
