package fidelity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"fulcrum.dev/fulcrum/internal/catalog"
)

// SchemaVersion names the form of a Result in JSON.
const SchemaVersion = "fulcrum.dev/fidelity/v1alpha1"

// Options says what to compare, and how thoroughly.
type Options struct {
	// Seed makes the draws repeatable. Rows are right under nearly every seed: one in 100 that are judged by their interval is off by chance.
	Seed uint64
	// Groups are the names of the groups to compare; none is all.
	Groups []string
	// Scale multiplies the simulated requests, usually 1. Less is faster, with wider intervals.
	Scale float64
	// Workers is the number of parallel experiments; it does not change the result.
	Workers int
	// Progress, when set, is told how many experiments are done, one call at a time.
	Progress func(done, total int)
}

// minScale keeps replications longer than their warm-up, and maxScale all of them within some hours.
const minScale, maxScale = 0.1, 100

// Result is all rows, in the order of the groups.
type Result struct {
	SchemaVersion string  `json:"schemaVersion"`
	Seed          uint64  `json:"seed"`
	Scale         float64 `json:"scale"`
	Rows          []Row   `json:"rows"`
	// Off is the number of rows that are not OK.
	Off int `json:"off"`
}

// task makes some rows of a group.
type task struct {
	group string
	rows  func(ctx context.Context, opt Options) ([]Row, error)
}

// Run makes every comparison of the requested groups. A row that is off is not an
// error: see Result.Off.
//
// Errors: an unknown group, a scale out of range, a catalogue that lacks an offer or a price, a cancelled context, a defect
// of the simulator that its own checks find.
func Run(ctx context.Context, cat *catalog.Catalog, opt Options) (*Result, error) {
	if !(opt.Scale >= minScale && opt.Scale <= maxScale) {
		return nil, fmt.Errorf("expected a scale from %g to %d, got %g", minScale, maxScale, opt.Scale)
	}
	tasks, err := tasksOf(cat, opt.Groups)
	if err != nil {
		return nil, err
	}
	rows := make([][]Row, len(tasks))
	report := reporter(opt.Progress, len(tasks))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, opt.Workers))
	for i, t := range tasks {
		g.Go(func() error {
			var err error
			if rows[i], err = t.rows(ctx, opt); err != nil {
				return fmt.Errorf("comparing %s: %w", t.group, err)
			}
			for k := range rows[i] {
				rows[i][k].Group = t.group
			}
			report()
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	result := &Result{SchemaVersion: SchemaVersion, Seed: opt.Seed, Scale: opt.Scale, Rows: slices.Concat(rows...)}
	for _, r := range result.Rows {
		if !r.OK {
			result.Off++
		}
	}
	return result, nil
}

// tasksOf returns the tasks of the requested groups, in the order of Groups.
func tasksOf(cat *catalog.Catalog, names []string) ([]task, error) {
	for _, name := range names {
		if !slices.ContainsFunc(groups(), func(g Group) bool { return g.Name == name }) {
			return nil, fmt.Errorf("unknown group %q: expected one of %s", name, strings.Join(GroupNames(), ", "))
		}
	}
	var tasks []task
	for _, g := range groups() {
		if len(names) > 0 && !slices.Contains(names, g.Name) {
			continue
		}
		made, err := g.tasks(g.Name, cat)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.Name, err)
		}
		tasks = append(tasks, made...)
	}
	return tasks, nil
}

// reporter counts finished tasks.
func reporter(report func(done, total int), total int) func() {
	var mu sync.Mutex
	done := 0
	return func() {
		if report == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		report(done, total)
	}
}
