package plan

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
)

// Verification is what came out when the arrangements of a plan were put into
// spec.homes and simulated again, on all of the traffic.
type Verification struct {
	// Arrangements is how many were simulated again, or were to be where Stopped.
	Arrangements int `json:"arrangements"`
	// Stopped says that the verification was ended early, after Checked of the Arrangements.
	Stopped bool `json:"stopped,omitempty"`
	// Checked is there where Stopped.
	Checked *int `json:"checked,omitempty"`
	// Estimated is how many were not, because the plan gives them an Estimate.
	Estimated int `json:"estimated"`
	// Differences are all figures that came out otherwise; none confirms the plan.
	Differences []Difference `json:"differences"`
}

// Difference is a figure of a plan that a simulation of the same arrangement does not give.
type Difference struct {
	// Place is where the plan shows the arrangement: "best", "candidate", "tipping curve at 2 times the traffic".
	Place string `json:"place"`
	// Arrangement describes it.
	Arrangement string `json:"arrangement"`
	// Field is the path of the figure in the JSON of the candidate, such as bill.lines[2].amount.
	Field string `json:"field"`
	// Expected is the plan's figure and Got the simulation's, as JSON; "" is none.
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// Verify simulates every arrangement of a plan again from its settings alone,
// on all of the traffic, and compares cost, percentiles, errors, cold starts
// and all other figures exactly. What was not simulated (dominated) is left out,
// what carries an Estimate is counted. A candidate whose run was stopped shows
// no figures to compare: it must be infeasible on all of the traffic, too.
//
// A context that ends is no error: what was checked by then is the result, which is Stopped.
//
// Errors: those of Simulate. A difference is no error.
func Verify(ctx context.Context, in Input, p *Plan) (*Verification, error) {
	return verify(ctx, in, p, p.Candidates)
}

// VerifyShown is Verify for what the text of a plan shows: the winners, the nearest, the table of alternatives and the tipping curve.
func VerifyShown(ctx context.Context, in Input, p *Plan) (*Verification, error) {
	return verify(ctx, in, p, p.Alternatives())
}

// claimed is an arrangement that a plan shows, under the traffic times a factor.
type claimed struct {
	place     string
	candidate *Candidate
	// of a point of the tipping curve, what it says about one side:
	factor      float64
	settings    *v1alpha1.Home
	monthly     *unit.Money
	utilisation *float64
}

func verify(ctx context.Context, in Input, p *Plan, candidates []*Candidate) (*Verification, error) {
	result := &Verification{Differences: []Difference{}}
	list := append(result.claims(p, candidates), curveClaims(p.Tipping)...)
	result.Arrangements = len(list)
	checked, err := result.check(ctx, in, list)
	if err != nil && ctx.Err() != nil {
		result.Stopped, result.Checked = true, &checked
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	return result, nil
}

// check simulates a list again, adds what differs, and returns how many it has checked, whatever the error.
func (r *Verification) check(ctx context.Context, in Input, list []claimed) (int, error) {
	v, err := NewEvaluator(ctx, in)
	if err != nil {
		return 0, err
	}
	s := &search{in: in, progress: newProgress(in.Progress)}
	s.progress.expect(len(list))
	var checked atomic.Int64
	for len(list) > 0 { // one factor after the other, so that only one scaled workload is held
		n := slices.IndexFunc(list, func(c claimed) bool { return c.factor != list[0].factor })
		if n < 0 {
			n = len(list)
		}
		at, err := v.scaled(ctx, list[0].factor)
		if err != nil {
			return int(checked.Load()), err
		}
		found := make([][]Difference, n)
		err = s.parallel(ctx, n, func(ctx context.Context, i int) (err error) {
			defer s.progress.step()
			if found[i], err = at.verify(ctx, list[i]); err == nil {
				checked.Add(1)
			}
			return err
		})
		r.Differences = append(r.Differences, slices.Concat(found...)...)
		if err != nil {
			return int(checked.Load()), err
		}
		list = list[n:]
	}
	return int(checked.Load()), nil
}

// claims lists each arrangement once, under the first of its places.
func (r *Verification) claims(p *Plan, candidates []*Candidate) []claimed {
	var list []claimed
	seen := map[*Candidate]bool{nil: true}
	add := func(place string, c *Candidate) {
		if seen[c] || c.Status == Dominated {
			return
		}
		seen[c] = true
		if c.Estimate != nil {
			r.Estimated++
			return
		}
		list = append(list, claimed{place: place, candidate: c, factor: 1})
	}
	add("best", p.Best)
	add("runner-up", p.RunnerUp)
	add("best cluster", p.BestCluster)
	add("best serverless", p.BestServerless)
	add("best hybrid", p.BestHybrid)
	for _, c := range p.Nearest {
		add("nearest", c)
	}
	for _, c := range candidates {
		add("candidate", c)
	}
	return list
}

// curveClaims are the sides of the points whose settings are known.
func curveClaims(t *Tipping) []claimed {
	if t == nil {
		return nil
	}
	var list []claimed
	for _, pt := range t.Curve {
		place := fmt.Sprintf("tipping curve at %.4g times the traffic", pt.Factor)
		if pt.ClusterSettings != nil {
			list = append(list, claimed{place: place, factor: pt.Factor, settings: pt.ClusterSettings, monthly: pt.ClusterMonthly, utilisation: &pt.Utilisation})
		}
		if pt.ServerlessSettings != nil {
			list = append(list, claimed{place: place, factor: pt.Factor, settings: pt.ServerlessSettings, monthly: pt.ServerlessMonthly})
		}
	}
	return list
}

// scaled is an evaluator under the traffic times a factor.
func (v *Evaluator) scaled(ctx context.Context, factor float64) (*Evaluator, error) {
	if factor == 1 {
		return v, nil
	}
	in := v.e.in
	load, err := workload.Scale(in.Workload, factor, seed(v.e.spec))
	if err != nil {
		return nil, fmt.Errorf("scaling the traffic by %g: %w", factor, err)
	}
	in.Workload = load
	return NewEvaluator(ctx, in)
}

// verify simulates one arrangement from its settings and compares.
func (v *Evaluator) verify(ctx context.Context, c claimed) ([]Difference, error) {
	homes, routing, name := c.homes()
	diff := func(field, expected, got string) Difference {
		return Difference{Place: c.place, Arrangement: name, Field: field, Expected: expected, Got: got}
	}
	l, err := v.Arrange(homes, routing)
	if err != nil {
		return []Difference{diff("settings", "homes that a model file may hold", err.Error())}, nil
	}
	stopped := c.candidate != nil && c.candidate.Outcome.Stopped
	got, err := v.Run(ctx, l, !stopped) // a run that is stopped again is infeasible again
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("verifying %s (%s): %w", name, c.place, err)
	}
	var list []Difference
	switch {
	case c.candidate == nil:
		list, err = compareFigures(diff, c.point(), pointOf(got, c))
	case stopped:
		list, err = compareFigures(diff, map[string]any{"status": c.candidate.Status, "settings": homes}, map[string]any{"status": got.Status, "settings": got.Homes()})
	default:
		list, err = compareFigures(diff, figuresOf(c.candidate), figuresOf(got))
	}
	return list, err
}

func (c claimed) homes() ([]v1alpha1.Home, *v1alpha1.Routing, string) {
	if c.candidate != nil {
		return c.candidate.Homes(), c.candidate.Routing, c.candidate.Describe()
	}
	p := Placement{Offer: c.settings.Offer, Region: c.settings.Region, PriceClass: classOf(c.settings), Settings: *c.settings}
	return []v1alpha1.Home{*c.settings}, nil, p.Describe()
}
