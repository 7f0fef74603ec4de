package experiment

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"fulcrum.dev/fulcrum/internal/plan"
)

// job is one simulation, and where its candidate goes.
type job struct {
	what   string
	layout *plan.Layout
	into   **plan.Candidate
}

// run simulates the verdicts and their neighbours, on the input's workers.
func (e *experiment) run(ctx context.Context) error {
	jobs := e.jobs()
	var mu sync.Mutex
	done := 0
	tell := func(finished int) {
		mu.Lock()
		defer mu.Unlock()
		done += finished
		if e.in.Progress != nil {
			e.in.Progress(done, len(jobs))
		}
	}
	tell(0)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, e.in.Workers))
	for _, j := range jobs {
		g.Go(func() (err error) {
			defer tell(1)
			*j.into, err = e.evaluator.Run(ctx, j.layout, false)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				return fmt.Errorf("%s: %w", j.what, err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (e *experiment) jobs() []job {
	jobs := []job{{best, e.bestLayout, &e.best}}
	for _, v := range e.verdicts {
		jobs = append(jobs, job{v.names[0], v.layout, &v.candidate})
	}
	for _, v := range e.verdicts {
		for i := range v.neighbours {
			n := &v.neighbours[i]
			jobs = append(jobs, job{v.names[0] + ", " + n.change, n.layout, &n.candidate})
		}
	}
	return jobs
}

// result puts what was simulated into words and figures.
func (e *experiment) result() *Result {
	r := &Result{SchemaVersion: SchemaVersion, Model: e.plan.Model, Traffic: e.evaluator.Traffic()}
	for _, v := range e.verdicts {
		shown := Verdict{
			Names: v.names, Homes: v.layout.Homes(), Routing: v.layout.Routing(), Objectives: v.candidate.Objectives,
			Status: v.candidate.Status, Monthly: v.candidate.Monthly, Planned: v.rival.Monthly, LeftOut: v.leftOut,
			Neighbours: []Neighbour{},
		}
		if v.shown != nil {
			shown.Arrangement = v.candidate.Describe()
		}
		for _, n := range v.neighbours {
			r.Neighbours++
			found := e.judged(n, v.candidate)
			if found.Cheaper {
				r.Cheaper++
			}
			shown.Neighbours = append(shown.Neighbours, found)
		}
		r.Verdicts = append(r.Verdicts, shown)
	}
	return r
}

// judged is a neighbour beside its verdict.
func (e *experiment) judged(n neighbour, against *plan.Candidate) Neighbour {
	c := n.candidate
	out := Neighbour{
		Change: n.change, Homes: n.layout.Homes(), Routing: n.layout.Routing(), Status: c.Status,
		Fails: e.evaluator.Lost(c), Cheaper: c.Beats(against), BeatsBest: c.Beats(e.best),
	}
	if c.Outcome.Stopped {
		return out
	}
	out.Monthly = &c.Monthly
	if cost := against.Monthly.Float64(); cost > 0 && !against.Outcome.Stopped {
		out.Saving = new(1 - c.Monthly.Float64()/cost)
	}
	return out
}
