package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/workload"
)

// callerTimeout is how long a caller waits when the model file does not say.
const callerTimeout = 300 * time.Second

// evaluator simulates, judges and prices layouts under one workload.
type evaluator struct {
	in      Input
	spec    *v1alpha1.ModelSpec
	load    workload.Workload
	traffic Traffic
	sample  string // which part of the workload this is; "" is all
	objs    []objective
	// timeline is the number of moments that runs keep; runs under canonical settings have none.
	timeline int

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

// options turns the objectives into limits at which a hopeless run stops, or only counts when full.
func (e *evaluator) options(full bool) simulate.Options {
	opt := simulate.Options{Seed: seed(e.spec), Timeout: e.spec.Constraints.Timeout.Std(), Cancel: e.spec.Callers.Cancel, Retry: retry(&e.spec.Callers), Timeline: e.timeline}
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

// retry is what callers do when an answer does not come.
func retry(c *v1alpha1.Callers) simulate.Retry {
	r := simulate.Retry{AttemptTimeout: c.AttemptTimeout.Std()}
	if s := c.Retry; s != nil {
		r.Attempts, r.Factor = *s.Attempts, s.Factor
		r.Backoff, r.MaxBackoff = s.Backoff.Std(), s.MaxBackoff.Std()
		r.Jitter, r.Budget = float64(*s.Jitter), float64(s.Budget)
	}
	return r
}

func seed(spec *v1alpha1.ModelSpec) uint64 {
	if spec.Traffic.Seed != nil {
		return *spec.Traffic.Seed
	}
	return 1
}

// layout is where a model is put: on one offer, or on several behind a router.
type layout struct {
	parts   []platform.Arrangement
	routing *v1alpha1.Routing // nil for one
}

// on is a layout on one offer.
func on(a platform.Arrangement) layout { return layout{parts: []platform.Arrangement{a}} }

// simulate runs a layout, or takes the outcome of one that behaves the same.
// With full the run is never stopped early.
func (e *evaluator) simulate(ctx context.Context, l layout, full bool) (simulate.Outcome, error) {
	homes, nodes := e.canonical(l)
	opt := e.options(full)
	var err error
	if opt.SpendRates, err = spendRates(l); err != nil {
		return simulate.Outcome{}, err
	}
	rule, err := json.Marshal(l.routing)
	if err != nil {
		return simulate.Outcome{}, err
	}
	keys := []string{fmt.Sprintf("%t %s %v", full, rule, opt.SpendRates)}
	for _, h := range homes {
		keys = append(keys, h.Key())
	}
	key := strings.Join(keys, " | ")
	e.mu.Lock()
	m, ok := e.memo[key]
	if !ok {
		m = new(memoised)
		e.memo[key] = m
	}
	e.mu.Unlock()
	m.once.Do(func() { m.outcome, m.err = e.run(ctx, homes, l.routing, opt) })
	return l.own(m.outcome, nodes), m.err
}

func (e *evaluator) run(ctx context.Context, homes []platform.Home, routing *v1alpha1.Routing, opt simulate.Options) (simulate.Outcome, error) {
	router, err := platform.Router(routing, homes)
	if err != nil {
		return simulate.Outcome{}, err
	}
	return simulate.RunHybrid(ctx, simulate.Hybrid{Homes: homes, Router: router, Base: routing.HasBase()}, e.load, opt)
}

// canonical returns the homes of a layout without what does not change how they
// serve: names, and of a cluster that never changes the start-ups, which do not happen, and the packing on nodes,
// which only changes what is metered. The nodes that such a home has are returned; 0 for others.
func (e *evaluator) canonical(l layout) (homes []platform.Home, nodes []int) {
	nodes = make([]int, len(l.parts))
	for i, a := range l.parts {
		h := a.Home
		h.Name = ""
		if k := h.Cluster; k != nil && !h.Scaled() && k.Nodes.Steady() && e.timeline == 0 {
			nodes[i] = (k.Replicas + k.ReplicasPerNode - 1) / k.ReplicasPerNode
			h.Cluster = &platform.Cluster{Replicas: k.Replicas, ReplicasPerNode: 1, Queue: k.Queue}
		}
		homes = append(homes, h)
	}
	return homes, nodes
}

// own makes an outcome that layouts share this one's: with its names, and with
// the nodes that were left out.
func (l layout) own(o simulate.Outcome, nodes []int) simulate.Outcome {
	o.Exceeded, o.Homes = slices.Clone(o.Exceeded), slices.Clone(o.Homes)
	var names []string
	for i, a := range l.parts {
		names = append(names, a.Home.Name)
		m := &o.Metered
		if i < len(o.Homes) {
			o.Homes[i].Home, m = a.Home.Name, &o.Homes[i].Metered
		}
		if nodes[i] > 0 {
			m.NodeTime = int64(nodes[i]) * ((o.Span.Nanoseconds() + 999_999) / 1_000_000)
			m.PeakNodes = int64(nodes[i])
		}
	}
	o.Home = strings.Join(names, " + ")
	for i, h := range o.Homes {
		if i == 0 {
			o.Metered = platform.Metered{}
		}
		o.Metered = o.Metered.Plus(h.Metered)
	}
	return o
}

// evaluate simulates, judges and prices a layout.
func (e *evaluator) evaluate(ctx context.Context, l layout, full bool) (*Candidate, error) {
	o, err := e.simulate(ctx, l, full)
	if err != nil {
		return nil, err
	}
	c := newCandidate(l)
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
