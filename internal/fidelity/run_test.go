package fidelity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"fulcrum.dev/fulcrum/internal/catalog"
)

var embedded = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(nil) })

func compare(t *testing.T, opt Options) *Result {
	t.Helper()
	cat, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(t.Context(), cat, opt)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// TestWorkersChangeNothing: the same rows, byte for byte, and progress that reaches the end.
func TestWorkersChangeNothing(t *testing.T) {
	var text [2]string
	for i, workers := range []int{1, 7} {
		last, most := 0, 0
		result := compare(t, Options{
			Seed: 4, Scale: 0.1, Workers: workers, Groups: []string{"ratios", "mmck", "bills"},
			Progress: func(done, total int) {
				if done != last+1 {
					t.Errorf("%d done after %d", done, last)
				}
				last, most = done, total
			},
		})
		if last != most || last == 0 {
			t.Errorf("%d of %d done at the end", last, most)
		}
		data, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		text[i] = string(data)
	}
	if text[0] != text[1] {
		t.Errorf("1 worker:\n%s\n7 workers:\n%s", text[0], text[1])
	}
}

// TestSeedsDraw: another seed gives other numbers that are right, too; the order of the groups is fixed.
func TestSeedsDraw(t *testing.T) {
	a, b := compare(t, Options{Seed: 4, Scale: 0.1, Groups: []string{"sharing", "mmck"}}), compare(t, Options{Seed: 5, Scale: 0.1, Groups: []string{"mmck", "sharing"}})
	if a.Rows[0].Group != "mmck" || len(a.Rows) != len(b.Rows) {
		t.Fatalf("%+v\n%+v", a, b)
	}
	for i := range a.Rows {
		if a.Rows[i].Got == b.Rows[i].Got || a.Rows[i].Expected != b.Rows[i].Expected || a.Rows[i].HalfWidth <= 0 {
			t.Errorf("%+v\n%+v", a.Rows[i], b.Rows[i])
		}
	}
}

// TestExactRows: what has nothing random in it is right under any seed.
func TestExactRows(t *testing.T) {
	t.Parallel()
	result := compare(t, Options{Seed: 99, Scale: 1, Workers: 2, Groups: []string{"laws", "bills", "ratios"}})
	for _, r := range result.Rows {
		if !r.OK || r.HalfWidth != 0 {
			t.Errorf("%+v", r)
		}
	}
	if result.Off != 0 || len(result.Rows) < 50 {
		t.Errorf("%d of %d rows are off", result.Off, len(result.Rows))
	}
}

// TestGroupsAreWhole: every group has rows, a name of its own, and words for a reader.
func TestGroupsAreWhole(t *testing.T) {
	cat, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, g := range Groups() {
		tasks, err := g.tasks(g.Name, cat)
		if err != nil || len(tasks) == 0 || g.Title == "" || g.About == "" || names[g.Name] {
			t.Errorf("group %q: %d tasks, %v", g.Name, len(tasks), err)
		}
		names[g.Name] = true
	}
}

// TestExperimentsDrawApart: names, from which seeds are made, are unique in a group, and quantities in an experiment.
func TestExperimentsDrawApart(t *testing.T) {
	for group, experiments := range map[string]func() ([]experiment, error){
		"mmc": mmc, "mmck": loss, "mg1": mg1, "sharing": sharing, "set-up": setUp, "keep-alive": keepAlive, "hybrid": hybrid,
	} {
		list, err := experiments()
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		for _, e := range list {
			for _, q := range e.quantities {
				key := e.name + ": " + q.name
				if slices.Contains(seen, key) {
					t.Errorf("%s: two rows %s", group, key)
				}
				seen = append(seen, key)
			}
		}
	}
}

func TestRunRefuses(t *testing.T) {
	cat, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	for want, opt := range map[string]Options{
		`unknown group "mm1": expected one of mmc, mmck`: {Scale: 1, Groups: []string{"bills", "mm1"}},
		"expected a scale from 0.1 to 100, got 0.01":     {Scale: 0.01},
		"expected a scale from 0.1 to 100, got 0":        {},
		"expected a scale from 0.1 to 100, got -1":       {Scale: -1},
	} {
		if _, err := Run(t.Context(), cat, opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	cat, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, cat, Options{Scale: 1, Workers: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// TestCatalogWithoutAnOffer: what cannot be priced is an error that names it, not a row that is left out.
func TestCatalogWithoutAnOffer(t *testing.T) {
	for group, want := range map[string]string{"bills": "aws/lambda/x86", "ratios": "aws/ec2/m7i.large"} {
		_, err := Run(t.Context(), new(catalog.Catalog), Options{Scale: 1, Groups: []string{group}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that names %s", group, err, want)
		}
	}
}
