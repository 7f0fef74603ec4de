package plan

import (
	"context"
	"encoding/json"
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

// Evaluator simulates homes as they stand in a model file, under the whole
// workload, judges and prices them. It searches for nothing, so that it can check
// what a search found. Homes that behave the same are run once. It may be used
// by several goroutines.
type Evaluator struct{ e *evaluator }

// NewEvaluator returns an Evaluator for a model and its workload; the homes of the model only say what is allowed.
//
// Errors: an empty workload, one that cannot be read or lacks what the service needs, a GPU that the catalogue does not have, a
// cancelled context.
func NewEvaluator(ctx context.Context, in Input) (*Evaluator, error) {
	in, traffic, err := prepare(ctx, in)
	if err != nil {
		return nil, err
	}
	if in.Workload, err = inMemory(in.Workload, traffic); err != nil {
		return nil, err
	}
	return &Evaluator{e: newEvaluator(in, in.Workload, traffic)}, nil
}

// Traffic describes the workload.
func (v *Evaluator) Traffic() Traffic { return v.e.traffic }

// Layout is homes with every setting decided, alone or behind a router.
type Layout struct{ l layout }

// Homes are the complete settings.
func (l *Layout) Homes() []v1alpha1.Home {
	var homes []v1alpha1.Home
	for _, a := range l.l.parts {
		homes = append(homes, a.Settings)
	}
	return homes
}

// Routing is the rule between the homes; nil for one home.
func (l *Layout) Routing() *v1alpha1.Routing { return l.l.routing }

// Arrange writes homes into spec.homes, and the rule between several into
// spec.routing, and reads that model file again.
//
// Errors: homes that a model file may not hold, an offer that is not there, a model that does not fit.
func (v *Evaluator) Arrange(homes []v1alpha1.Home, routing *v1alpha1.Routing) (*Layout, error) {
	model, err := written(v.e.in.Model, homes, routing)
	if err != nil {
		return nil, err
	}
	wanted, err := wantedHomes(&model.Spec, v.e.in.Catalog)
	if err != nil {
		return nil, err
	}
	l := layout{routing: model.Spec.Routing}
	for _, w := range wanted {
		a, err := arrange.Build(v.e.spec, w.offer, w.settings, v.e.in.Catalog)
		if err != nil {
			return nil, fmt.Errorf("home %s: %w", w.offer.Key(), err)
		}
		l.parts = append(l.parts, a)
	}
	return &Layout{l}, nil
}

// written is the model with other homes, after they were in a file.
func written(m *v1alpha1.Model, homes []v1alpha1.Home, routing *v1alpha1.Routing) (*v1alpha1.Model, error) {
	changed := *m
	changed.Spec.Homes, changed.Spec.Routing = homes, routing
	changed.Spec.Service.Calibration = "" // its profiles are in the model already
	data, err := json.Marshal(changed)
	if err != nil {
		return nil, err
	}
	return modelfile.Load(m.Metadata.Name, data)
}

// Run simulates a layout under all of the traffic. Unless full, the run stops
// once an objective is lost: such a candidate is infeasible, and its outcome and
// bill cover only what ran (Outcome.Stopped).
func (v *Evaluator) Run(ctx context.Context, l *Layout, full bool) (*Candidate, error) {
	c, err := v.e.evaluate(ctx, l.l, full)
	if err != nil {
		return nil, err
	}
	c.Variant = "as written"
	return c, nil
}

// Lost names the objectives that a candidate of Run does not meet; of a run
// that was stopped, the one at which it was, as the others are open.
func (v *Evaluator) Lost(c *Candidate) []string {
	var lost []string
	for i, o := range c.Objectives {
		if o.Met || c.Outcome.Stopped && (i >= len(v.e.objs) || c.Outcome.Exceeded[i] <= v.e.objs[i].allowed(v.e.traffic.Requests)) {
			continue
		}
		lost = append(lost, o.Objective)
	}
	return lost
}

// HybridMargin is the share of the cost of the best single home that a hybrid must save to be the verdict.
const HybridMargin = hybridMargin

// Beats reports whether a candidate would take the place of another as a
// verdict: it meets every objective and costs less, a hybrid at least the margin
// less than a single home (see hybridMargin), and a single home so little more that the hybrid no longer saves it.
func (c *Candidate) Beats(other *Candidate) bool {
	hybrid, otherHybrid := c.Routing != nil, other.Routing != nil
	switch {
	case c.Status != Feasible:
		return false
	case other.Status != Feasible:
		return true
	case hybrid && !otherHybrid:
		return isWorthIt(c, other)
	case otherHybrid && !hybrid:
		return !isWorthIt(other, c)
	}
	return c.Monthly.Less(other.Monthly)
}
