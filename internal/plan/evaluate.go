package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/unit"
	"fulcrum.dev/fulcrum/internal/workload"
)

// callerTimeout is how long a caller waits when the model file does not say.
const callerTimeout = 300 * time.Second

// evaluator simulates, judges and prices arrangements under one workload.
type evaluator struct {
	in      Input
	spec    *v1alpha1.ModelSpec
	load    workload.Workload
	traffic Traffic
	sample  string // which part of the workload this is; "" is all
	objs    []objective

	mu   sync.Mutex
	memo map[string]*memoised
}

// memoised is a simulation that several offers share: the same hardware under
// the same settings behaves the same at any price.
type memoised struct {
	once    sync.Once
	outcome simulate.Outcome
	err     error
}

func newEvaluator(in Input, load workload.Workload, traffic Traffic) *evaluator {
	spec := &in.Model.Spec
	return &evaluator{in: in, spec: spec, load: load, traffic: traffic, objs: objectives(spec), memo: map[string]*memoised{}}
}

// objective is one bound on a simulated metric.
type objective struct {
	name   string
	metric simulate.Metric
	bound  time.Duration
	// share is the part of the requests that may exceed the bound.
	share float64
}

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

// options turns the objectives into limits at which a hopeless run stops, or only counts when full.
func (e *evaluator) options(full bool) simulate.Options {
	opt := simulate.Options{Seed: seed(e.spec), Timeout: e.spec.Constraints.Timeout.Std()}
	if opt.Timeout == 0 {
		opt.Timeout = callerTimeout
	}
	for _, o := range e.objs {
		allowed := int64(-1)
		if !full {
			allowed = int64(math.Floor(o.share * float64(e.traffic.Requests)))
		}
		opt.Limits = append(opt.Limits, simulate.Limit{Metric: o.metric, Bound: o.bound, Allowed: allowed})
	}
	return opt
}

func seed(spec *v1alpha1.ModelSpec) uint64 {
	if spec.Traffic.Seed != nil {
		return *spec.Traffic.Seed
	}
	return 1
}

// simulate runs an arrangement, or takes the outcome of one that behaves the
// same. With full the run is never stopped early.
func (e *evaluator) simulate(ctx context.Context, a platform.Arrangement, full bool) (simulate.Outcome, error) {
	home, nodesOf := canonical(a.Home)
	key := fmt.Sprintf("%t %s", full, home.Key())
	e.mu.Lock()
	m, ok := e.memo[key]
	if !ok {
		m = new(memoised)
		e.memo[key] = m
	}
	e.mu.Unlock()
	m.once.Do(func() { m.outcome, m.err = simulate.Run(ctx, home, e.load, e.options(full)) })
	o := m.outcome
	o.Exceeded = slices.Clone(o.Exceeded)
	o.Home = a.Home.Name
	nodesOf(&o)
	return o, m.err
}

// canonical removes from a fixed cluster what does not change how it serves:
// start-ups never happen, and the packing on nodes only changes what is metered,
// which the returned function restores.
func canonical(h platform.Home) (platform.Home, func(*simulate.Outcome)) {
	h.Name = ""
	if h.Cluster == nil || h.Cluster.HPA != nil {
		return h, func(*simulate.Outcome) {}
	}
	nodes := (h.Cluster.Replicas + h.Cluster.ReplicasPerNode - 1) / h.Cluster.ReplicasPerNode
	h.Cluster = &platform.Cluster{Replicas: h.Cluster.Replicas, ReplicasPerNode: 1}
	return h, func(o *simulate.Outcome) {
		o.Metered.NodeTime = int64(nodes) * ((o.Span.Nanoseconds() + 999_999) / 1_000_000)
		o.Metered.PeakNodes = int64(nodes)
	}
}

// evaluate simulates, judges and prices an arrangement.
func (e *evaluator) evaluate(ctx context.Context, a platform.Arrangement, full bool) (*Candidate, error) {
	o, err := e.simulate(ctx, a, full)
	if err != nil {
		return nil, err
	}
	c := newCandidate(a)
	c.Outcome = o
	c.Objectives = e.judge(o)
	if err := e.price(c); err != nil {
		return nil, err
	}
	e.judgeBudget(c)
	c.Status = Feasible
	for _, at := range c.Objectives {
		if !at.Met {
			c.Status = Infeasible
		}
	}
	if o.Stopped {
		c.Status = Infeasible
	}
	return c, nil
}

func newCandidate(a platform.Arrangement) *Candidate {
	return &Candidate{
		Offer: a.Offer.ID, Provider: a.Offer.Provider, PriceClass: a.Offer.PriceClass, Region: a.Offer.Region,
		Kind: a.Offer.Kind, Side: sideOf(a.Offer.Kind), Settings: a.Settings,
		Basis: a.Fit.Basis, Assumptions: a.Assumptions, arrangement: a,
	}
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
		at.Met = float64(o.Exceeded[i]) <= math.Floor(obj.share*float64(total)) && !o.Stopped
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

// price bills a month of the arrangement: what it metered scaled to 730 h, what
// the cluster costs whatever it serves, and what leaves for the internet.
func (e *evaluator) price(c *Candidate) error {
	bill, usage, err := e.bill(c.arrangement, c.Outcome.Metered, c.Outcome.Span, c.Outcome.Served)
	if err != nil {
		return err
	}
	c.Bill, c.MonthlyUsage, c.Monthly = bill, usage, bill.Total
	c.HourlyPrice, err = hourlyPrice(c.arrangement)
	return err
}

func (e *evaluator) bill(a platform.Arrangement, m platform.Metered, span time.Duration, served int64) (catalog.Bill, catalog.Usage, error) {
	offer := a.Offer
	usage, err := a.Usage(m, span)
	if err != nil {
		return catalog.Bill{}, nil, err
	}
	if rate, ok := e.in.Catalog.Egress(offer.Provider); ok {
		offer = offer.WithEgress(rate)
		if usage[catalog.Egress], err = egress(served, e.spec.Payload.Response); err != nil {
			return catalog.Bill{}, nil, err
		}
	}
	monthly, err := catalog.MonthlyUsage(usage, span)
	if err != nil {
		return catalog.Bill{}, nil, err
	}
	bill, err := offer.Price(monthly, catalog.PriceOptions{FreeTier: e.spec.Constraints.FreeTier})
	if err != nil {
		return catalog.Bill{}, nil, err
	}
	if cluster, ok := e.in.Catalog.Cluster(offer.Cluster); ok {
		fixed, err := cluster.Bill(max(1, e.spec.Constraints.Fleet.Models), false)
		if err != nil {
			return catalog.Bill{}, nil, err
		}
		bill.Append(fixed)
	}
	return bill, monthly, bill.Check()
}

// egress is the bytes of the responses, which leave for the internet.
func egress(served int64, response unit.Bytes) (int64, error) {
	if response > 0 && served > math.MaxInt64/int64(response) {
		return 0, fmt.Errorf("%d responses of %s are beyond what a meter can hold", served, response)
	}
	return served * int64(response), nil
}

// hourlyPrice is what one replica or instance costs an hour when it is in use all the time.
func hourlyPrice(a platform.Arrangement) (unit.Money, error) {
	hour := time.Hour.Milliseconds()
	usage, err := a.Usage(platform.Metered{NodeTime: hour, InstanceTime: hour, ActiveTime: hour, RunTime: hour}, time.Hour)
	if err != nil {
		return unit.Money{}, err
	}
	bill, err := a.Offer.Price(usage, catalog.PriceOptions{})
	if err != nil || a.Home.Cluster == nil {
		return bill.Total, err
	}
	// A node's price is shared by its replicas; six places of a dollar are kept.
	perNode := unit.NewDecimal(int64(1e9)/int64(a.Home.Cluster.ReplicasPerNode), -9)
	return unit.USD(bill.Total.Mul(perNode).Round(6)), nil
}
