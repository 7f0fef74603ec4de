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
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/workload"
)

// callerTimeout is how long a caller waits when the model file does not say.
const callerTimeout = 300 * time.Second

// evaluator simulates, judges and prices layouts under one workload, or a sample of it.
type evaluator struct {
	in   Input
	spec *v1alpha1.ModelSpec
	// strata are what is simulated: all of the workload as one, or the parts of a sample.
	strata []stratum
	// traffic is that of the whole workload, also where only a sample is simulated.
	traffic Traffic
	sample  string // which part of the workload is simulated; "" is all
	objs    []objective
	// timeline is the number of moments that runs keep; runs under canonical settings have none.
	timeline int
	// progress is told how far long runs are; nil is nobody.
	progress *progress

	// tolerance, where it is above 1, is how many times the requests that may miss an objective can do so before it counts as
	// missed, so that only what is hopeless is ruled out.
	tolerance float64
	// margin is the share by which a step must be dearer to be ruled out, where the evaluator is a screen.
	margin float64
	larger bool // of two samples
	memo   *memo
}

// memo is what is known of layouts by their behaviour.
type memo struct {
	mu    sync.Mutex
	known map[string]*memoised
}

// memoised is a simulation that several offers share: the same hardware under
// the same settings behaves the same at any price.
type memoised struct {
	once    sync.Once
	parts   []simulate.Outcome // of the strata
	outcome simulate.Outcome
	err     error
}

// newEvaluator judges on all of a workload.
func newEvaluator(in Input, load workload.Workload, traffic Traffic) *evaluator {
	spec := &in.Model.Spec
	return &evaluator{in: in, spec: spec, strata: allOf(load), traffic: traffic, objs: objectives(spec), memo: &memo{known: map[string]*memoised{}}}
}

// slack is how many times the requests that may miss an objective can do so in a sample before its run stops: until then
// all of the traffic may say otherwise.
const slack = 1.5

// options turns the objectives into limits that are only counted.
func (e *evaluator) options() simulate.Options {
	opt := simulate.Options{Seed: seed(e.spec), Timeout: e.spec.Constraints.Timeout.Std(), Cancel: e.spec.Callers.Cancel, Retry: retry(&e.spec.Callers), Timeline: e.timeline}
	if opt.Timeout == 0 {
		opt.Timeout = callerTimeout
	}
	for _, o := range e.objs {
		opt.Limits = append(opt.Limits, simulate.Limit{Metric: o.metric, Bound: o.bound, Allowed: -1})
	}
	return opt
}

// allowed is how many requests may miss an objective before the run is hopeless.
func (e *evaluator) allowed(o objective) float64 {
	n := math.Floor(o.share * float64(e.traffic.Requests))
	if e.sample != "" {
		n = math.Floor(slack*n) + 1
	}
	return n
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
	parts   []arrange.Arrangement
	routing *v1alpha1.Routing // nil for one
}

// on is a layout on one offer.
func on(a arrange.Arrangement) layout { return layout{parts: []arrange.Arrangement{a}} }

// simulate runs a layout, or takes the outcome of one that behaves the same.
// With full the run is never stopped early.
func (e *evaluator) simulate(ctx context.Context, l layout, full bool) (whole simulate.Outcome, parts []simulate.Outcome, err error) {
	homes, nodes := e.canonical(l)
	opt := e.options()
	if opt.SpendRates, err = spendRates(l); err != nil {
		return whole, nil, err
	}
	rule, err := json.Marshal(l.routing)
	if err != nil {
		return whole, nil, err
	}
	keys := []string{fmt.Sprintf("%s %v", rule, opt.SpendRates)}
	for _, h := range homes {
		keys = append(keys, h.Key())
	}
	key := strings.Join(keys, " | ")
	run := func(m *memoised, full bool) {
		m.once.Do(func() {
			m.parts, m.err = e.run(ctx, homes, l.routing, opt, full)
			if m.err == nil {
				m.outcome = combine(e.strata, m.parts, e.traffic.Span.Std())
			}
		})
	}
	m, known := e.memo.find(key, !full)
	if known || !full {
		run(m, false)
	}
	if full && (!known || m.err == nil && m.outcome.Stopped) {
		m, _ = e.memo.find(key+" to the end", true)
		run(m, true)
	}
	if m.err != nil {
		return whole, nil, m.err
	}
	for i := range m.parts {
		parts = append(parts, l.own(m.parts[i], nodes))
	}
	return l.own(m.outcome, nodes), parts, nil
}

// find returns what is known of a key, and whether anything was; with add it is known from now on.
func (m *memo) find(key string, add bool) (found *memoised, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, known = m.known[key]
	if !known && add {
		found = new(memoised)
		m.known[key] = found
	}
	return found, known
}

// run simulates the strata one after the other. Without full it stops where what has run of them loses an objective, and
// there are no outcomes of the strata after that.
func (e *evaluator) run(ctx context.Context, homes []home.Home, routing *v1alpha1.Routing, opt simulate.Options, full bool) ([]simulate.Outcome, error) {
	var parts []simulate.Outcome
	left := make([]float64, len(e.objs))
	for k, o := range e.objs {
		left[k] = e.allowed(o)
	}
	opt.Limits = slices.Clone(opt.Limits)
	for _, s := range e.strata {
		for k := range opt.Limits {
			if !full {
				opt.Limits[k].Allowed = max(0, int64(left[k]/s.volume))
			}
		}
		router, err := arrange.Router(routing, homes)
		if err != nil {
			return nil, err
		}
		h := simulate.Hybrid{Homes: homes, Router: router, Base: routing.HasBase()}
		load, over := e.progress.watch(s.load, e.traffic.Requests/int64(len(e.strata)))
		o, err := simulate.RunHybrid(ctx, h, load, opt)
		over()
		if err != nil {
			return nil, err
		}
		for k, n := range o.Exceeded {
			left[k] -= s.volume * float64(n)
		}
		if parts = append(parts, o); o.Stopped {
			break
		}
	}
	return parts, nil
}

// canonical returns the homes of a layout without what does not change how they
// serve: names, and of a cluster that never changes the start-ups, which do not happen, and the packing on nodes,
// which only changes what is metered. The nodes that such a home has are returned; 0 for others.
func (e *evaluator) canonical(l layout) (homes []home.Home, nodes []int) {
	nodes = make([]int, len(l.parts))
	for i, a := range l.parts {
		h := a.Home
		h.Name = ""
		if k := h.Cluster; k != nil && !h.Scaled() && k.Nodes.Steady() && e.timeline == 0 {
			nodes[i] = (k.Replicas + k.ReplicasPerNode - 1) / k.ReplicasPerNode
			h.Cluster = &home.Cluster{Replicas: k.Replicas, ReplicasPerNode: 1, Queue: k.Queue}
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
			o.Metered = home.Metered{}
		}
		o.Metered = o.Metered.Plus(h.Metered)
	}
	return o
}

// evaluate simulates, judges and prices a layout.
func (e *evaluator) evaluate(ctx context.Context, l layout, full bool) (*Candidate, error) {
	o, parts, err := e.simulate(ctx, l, full)
	if err != nil {
		return nil, err
	}
	c := newCandidate(l)
	c.Outcome, c.by, c.strata = o, e, parts
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
