package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/plan"
)

// Names are the verdicts whose neighbours can be asked for.
func Names() []string {
	return []string{best, runnerUp, bestCluster, bestServerless, bestHybrid}
}

const (
	best           = "best"
	runnerUp       = "runner-up"
	bestCluster    = "best-cluster"
	bestServerless = "best-serverless"
	bestHybrid     = "best-hybrid"
)

// errNothingShown is a plan without a feasible arrangement.
var errNothingShown = errors.New("the plan shows no feasible arrangement: there is nothing whose neighbours could be cheaper")

// Neighbours simulates every neighbour of the verdicts of a plan on all of the
// traffic, and says which of them would take its place. Of no names are all verdicts.
//
// Errors: a plan that is not of this model, without a feasible arrangement, or
// with settings that do not fit; those of plan.NewEvaluator; a cancelled context.
func Neighbours(ctx context.Context, in plan.Input, p *plan.Plan, of ...string) (*Result, error) {
	if p.Model != in.Model.Metadata.Name {
		return nil, fmt.Errorf("the plan is of %s, the model file of %s: expected a plan of the same file", p.Model, in.Model.Metadata.Name)
	}
	if p.Best == nil {
		return nil, errNothingShown
	}
	v, err := plan.NewEvaluator(ctx, in)
	if err != nil {
		return nil, err
	}
	e := &experiment{in: in, plan: p, evaluator: v}
	if err := e.prepare(of); err != nil {
		return nil, err
	}
	if err := e.run(ctx); err != nil {
		return nil, err
	}
	return e.result(), nil
}

// experiment is the state of one search through the neighbours.
type experiment struct {
	in        plan.Input
	plan      *plan.Plan
	evaluator *plan.Evaluator
	verdicts  []*verdict
	// the plan's best, whether its neighbours are asked for or not
	bestLayout *plan.Layout
	best       *plan.Candidate
}

// verdict is what the plan shows, and the arrangements to hold against it.
type verdict struct {
	names      []string
	shown      *plan.Candidate // nil where the plan has no hybrid
	rival      *plan.Candidate // what the neighbours are held against, as the plan has it
	layout     *plan.Layout
	candidate  *plan.Candidate // the rival, simulated on all of the traffic
	neighbours []neighbour
	leftOut    []LeftOut
}

type neighbour struct {
	change    string
	layout    *plan.Layout
	candidate *plan.Candidate
}

// prepare lists the verdicts and makes their neighbours.
func (e *experiment) prepare(of []string) error {
	if len(of) == 0 {
		of = Names()
	}
	p := e.plan
	var err error
	if e.bestLayout, err = e.evaluator.Arrange(p.Best.Homes(), p.Best.Routing); err != nil {
		return fmt.Errorf("the settings of the plan's best: %w", err)
	}
	for _, name := range Names() {
		c := map[string]*plan.Candidate{
			best: p.Best, runnerUp: p.RunnerUp, bestCluster: p.BestCluster, bestServerless: p.BestServerless, bestHybrid: p.BestHybrid,
		}[name]
		if !slices.Contains(of, name) || c == nil && (name != bestHybrid || !e.bothSides()) {
			continue
		}
		if err := e.add(name, c); err != nil {
			return err
		}
	}
	return nil
}

func (e *experiment) bothSides() bool {
	return e.plan.BestCluster != nil && e.plan.BestServerless != nil
}

// add notes a verdict, or another name of one that is there.
func (e *experiment) add(name string, c *plan.Candidate) error {
	v := &verdict{names: []string{name}, shown: c, rival: c}
	var list []arrangement
	if c == nil {
		v.rival = e.plan.Best
	} else {
		list = neighbours(c.Homes(), c.Routing)
	}
	if name == bestHybrid && e.bothSides() {
		list = append(list, pairs(e.plan.BestCluster.Settings, e.plan.BestServerless.Settings, e.minWarm())...)
	}
	l, err := e.evaluator.Arrange(v.rival.Homes(), v.rival.Routing)
	if err != nil {
		return fmt.Errorf("the settings of the plan's %s: %w", name, err)
	}
	v.layout = l
	for _, other := range e.verdicts {
		if other.shown != nil && c != nil && key(other.layout) == key(l) && name != bestHybrid {
			other.names = append(other.names, name)
			return nil
		}
	}
	v.keepAllowed(e.evaluator, list)
	e.verdicts = append(e.verdicts, v)
	return nil
}

// minWarm is the least that a home must keep ready.
func (e *experiment) minWarm() int {
	if n := e.in.Model.Spec.Constraints.MinReplicas; n != nil {
		return *n
	}
	return 0
}

// keepAllowed arranges the neighbours that are allowed and differ, and counts the others.
func (v *verdict) keepAllowed(e *plan.Evaluator, list []arrangement) {
	seen := map[string]bool{key(v.layout): true}
	for _, a := range list {
		l, err := e.Arrange(a.homes, a.routing)
		if err == nil {
			err = e.Allowed(l)
		}
		switch {
		case err != nil:
			v.leave(err.Error())
		case seen[key(l)]:
			v.leave("the same as another one")
		default:
			seen[key(l)] = true
			v.neighbours = append(v.neighbours, neighbour{change: a.change, layout: l})
		}
	}
}

// leave counts a neighbour that is not simulated; of several problems the first is the reason.
func (v *verdict) leave(reason string) {
	reason, _, _ = strings.Cut(reason, "\n")
	for i := range v.leftOut {
		if v.leftOut[i].Reason == reason {
			v.leftOut[i].Count++
			return
		}
	}
	v.leftOut = append(v.leftOut, LeftOut{Reason: reason, Count: 1})
}

// key tells arrangements apart by their complete settings.
func key(l *plan.Layout) string {
	data, err := json.Marshal(struct {
		Homes   []v1alpha1.Home
		Routing *v1alpha1.Routing
	}{l.Homes(), l.Routing()})
	if err != nil {
		return err.Error() // settings that were read from JSON can be written as such
	}
	return string(data)
}
