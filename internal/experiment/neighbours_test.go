package experiment_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/experiment"
	"fulcrum.dev/fulcrum/internal/plan"
)

// TestNoNeighbourIsCheaper is the planner's promise, on small models.
func TestNoNeighbourIsCheaper(t *testing.T) {
	for name, replace := range map[string][]string{
		"clusters":  {", {offer: acme/functions/x86, function: {memory: 1GiB}}", ""},
		"functions": {`{offer: "acme/nodes/*"}, `, ""},
		"both":      nil,
		"idle":      {"rate: 4/s", "rate: 0.1/s"},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(t, replace...)
			r := neighbours(t, in, search(t, in))
			if r.Neighbours == 0 {
				t.Error("no neighbour was tried")
			}
			for _, found := range r.Found() {
				t.Error(found)
			}
			for _, v := range r.Verdicts {
				if v.Monthly.Cmp(v.Planned.Decimal) != 0 || v.Status != plan.Feasible {
					t.Errorf("%s costs %s and is %s, the plan says %s", v.Arrangement, v.Monthly, v.Status, v.Planned)
				}
			}
		})
	}
}

// TestCheaperNeighbourIsFound plans, and then spoils the plan by one replica.
func TestCheaperNeighbourIsFound(t *testing.T) {
	in := input(t)
	p := search(t, in)
	c := *p.BestCluster.Settings.Cluster
	more := *c.Replicas + c.ReplicasPerNode
	c.Replicas, p.BestCluster.Settings.Cluster = &more, &c
	r := neighbours(t, in, p, "best-cluster")
	if r.Cheaper == 0 || len(r.Verdicts) != 1 || !slices.Equal(r.Verdicts[0].Names, []string{"best-cluster"}) {
		t.Fatalf("%d of %d are cheaper, of %+v", r.Cheaper, r.Neighbours, r.Verdicts)
	}
	if found := r.Found(); len(found) != r.Cheaper || !strings.HasPrefix(found[0], "best-cluster: replicas ") {
		t.Errorf("found %q", found)
	}
	if v := r.Verdicts[0]; v.Monthly.Cmp(v.Planned.Decimal) <= 0 {
		t.Errorf("the spoilt verdict costs %s, the plan says %s", v.Monthly, v.Planned)
	}
}

// TestSettingsOfTheFileStay: what spec.homes fixes has no neighbours, and they are counted.
func TestSettingsOfTheFileStay(t *testing.T) {
	in := input(t, `"acme/nodes/*"`, "acme/nodes/large, cluster: {replicas: 4}", "memory: 1GiB}}]", "memory: 1GiB, provisionedConcurrency: 2}}]")
	r := neighbours(t, in, search(t, in))
	left := 0
	for _, v := range r.Verdicts {
		for _, l := range v.LeftOut {
			left += l.Count
		}
	}
	if r.Neighbours != 0 || left == 0 {
		t.Errorf("%d neighbours tried, %d left out, of settings that the file fixes", r.Neighbours, left)
	}
}

// TestWorkersNeverChangeTheResult compares whole results.
func TestWorkersNeverChangeTheResult(t *testing.T) {
	in := input(t)
	p := search(t, in)
	two := text(t, neighbours(t, in, p))
	in.Workers = 1
	if one := text(t, neighbours(t, in, p)); one != two {
		t.Errorf("one worker finds\n%s\ntwo\n%s", one, two)
	}
}

// TestProgress goes up to the number of simulations.
func TestProgress(t *testing.T) {
	in := input(t)
	p := search(t, in)
	var last, all int
	in.Progress = func(done, total int) { last, all = done, total }
	if r := neighbours(t, in, p); last != all || all < r.Neighbours {
		t.Errorf("%d of %d done, with %d neighbours", last, all, r.Neighbours)
	}
}

func TestNeighboursErrors(t *testing.T) {
	in := input(t)
	p := search(t, in)
	infeasible, other := *p, *p
	infeasible.Best = nil
	other.Model = "decoder"
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		plan *plan.Plan
		want string
	}{
		"nothing feasible": {context.Background(), &infeasible, "no feasible arrangement"},
		"another model":    {context.Background(), &other, "the plan is of decoder, the model file of encoder"},
		"cancelled":        {cancelled, p, context.Canceled.Error()},
	} {
		_, err := experiment.Neighbours(test.ctx, in, test.plan)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
		if name == "cancelled" && !errors.Is(err, context.Canceled) {
			t.Errorf("error %v is not that of the context", err)
		}
	}
}
