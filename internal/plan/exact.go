package plan

import (
	"context"
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
)

// SimulationSchemaVersion identifies the JSON form of a Simulation.
const SimulationSchemaVersion = "fulcrum.dev/simulation/v1alpha1"

// Simulation is the homes of a model file, run exactly as written: one candidate for each, or one hybrid of all.
type Simulation struct {
	SchemaVersion string       `json:"schemaVersion"`
	Model         string       `json:"model"`
	Traffic       Traffic      `json:"traffic"`
	Homes         []*Candidate `json:"homes"`
	// LawsChecked names the conservation laws that every outcome was checked against.
	LawsChecked []string  `json:"lawsChecked"`
	Warnings    []Warning `json:"warnings"`
}

// Laws are the conservation laws that are checked in every run.
func Laws() []string {
	return []string{
		"arrivals = served + rejected + timed out + in flight",
		"Little: mean in system = throughput x mean time",
		"bill total = sum of its lines",
	}
}

// Simulate runs every home of the model file under the whole workload, each
// with all of the traffic, or, with spec.routing, all of them together. Gates are reported as warnings: the user has asked
// for these homes.
func Simulate(ctx context.Context, in Input) (*Simulation, error) {
	if len(in.Model.Spec.Homes) == 0 {
		return nil, errors.New("spec.homes is empty: simulate runs the homes that it lists; fulcrum plan searches for them")
	}
	in, traffic, err := prepare(ctx, in)
	if err != nil {
		return nil, err
	}
	spec := &in.Model.Spec
	homes, err := wantedHomes(spec, in.Catalog)
	if err != nil {
		return nil, err
	}
	s := &search{in: in, spec: spec, progress: newProgress(in.Progress), full: newEvaluator(in, in.Workload, traffic)}
	s.full.timeline, s.full.progress = in.Timeline, s.progress
	s.plan = &Plan{Traffic: traffic}
	results, err := s.simulateAll(ctx, layoutsOf(homes, spec.Routing))
	if err != nil {
		return nil, err
	}
	s.plan.Candidates = results
	s.warnGates(homes)
	s.warn(results)
	return &Simulation{
		SchemaVersion: SimulationSchemaVersion, Model: in.Model.Metadata.Name, Traffic: s.plan.Traffic,
		Homes: results, LawsChecked: Laws(), Warnings: s.plan.Warnings,
	}, nil
}

// layoutsOf are the homes as alternatives, or all of them as one hybrid.
func layoutsOf(homes []wanted, routing *v1alpha1.Routing) [][]wanted {
	if routing != nil {
		return [][]wanted{homes}
	}
	var list [][]wanted
	for i := range homes {
		list = append(list, homes[i:i+1])
	}
	return list
}

func (s *search) simulateAll(ctx context.Context, layouts [][]wanted) ([]*Candidate, error) {
	results := make([]*Candidate, len(layouts))
	s.progress.expect(len(layouts))
	err := s.parallel(ctx, len(layouts), func(ctx context.Context, i int) (err error) {
		defer s.progress.step()
		results[i], err = s.full.asWritten(ctx, layouts[i])
		return err
	})
	return results, err
}

// asWritten runs homes with the settings that the user gave and the defaults of
// the rest. Several are behind the model's router.
func (e *evaluator) asWritten(ctx context.Context, homes []wanted) (*Candidate, error) {
	l := layout{}
	if len(homes) > 1 {
		l.routing = e.spec.Routing
	}
	for _, w := range homes {
		a, err := arrange.Build(e.spec, w.offer, w.settings, e.in.Catalog)
		if err != nil {
			return nil, fmt.Errorf("home %s: %w", w.offer.Key(), err)
		}
		l.parts = append(l.parts, a)
	}
	c, err := e.evaluate(ctx, l, true)
	if err != nil {
		return nil, err
	}
	c.Variant = "as written"
	return c, e.priceTimeline(c)
}

// warnGates says which homes break a hard constraint.
func (s *search) warnGates(homes []wanted) {
	for _, h := range homes {
		if r := refuse(s.spec, h.offer, s.in.Catalog); r != nil {
			s.addWarning("gate", "%s would be refused by plan (%s): %s", h.offer.Key(), r.Gate, r.Reason)
		}
	}
}
