package traffic

import (
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/generate"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/trace"
)

// defaultSeed is the seed of traffic that names none.
const defaultSeed = 1

// Build builds the workload that a model file describes: the trace or the
// generator, then slice, scale, repeat, priority and merge, in this order.
//
// Parts of a merge never share random numbers, not even with the same seed: two
// equal generators on top of each other are twice the traffic, not the same
// requests twice. Each part draws anew when its own seed changes or one of the
// traffic that it is merged into. Errors name the field within t.
func Build(open rows.Opener, t v1alpha1.Traffic) (workload.Workload, error) {
	return part(open, t, 0)
}

// part builds one part of a merge. Path stands for its place in the tree
// of merges and the seeds above it; it is 0 for the outermost traffic, whose
// seed is used as it is.
func part(open rows.Opener, t v1alpha1.Traffic, path uint64) (workload.Workload, error) {
	seed := uint64(defaultSeed)
	if t.Seed != nil {
		seed = *t.Seed
	}
	if path != 0 {
		seed = random.Derive(seed, path)
	}
	w, err := base(open, t, seed)
	if err != nil {
		return nil, err
	}
	if w, err = operate(w, t, seed); err != nil {
		return nil, err
	}
	if len(t.Merge) == 0 {
		return w, nil
	}
	parts := []workload.Workload{w}
	for i, other := range t.Merge {
		w, err := part(open, other, random.Derive(seed, uint64(i)+1))
		if err != nil {
			return nil, fmt.Errorf("merge[%d].%w", i, err)
		}
		parts = append(parts, w)
	}
	return workload.Merge(parts...)
}

func base(open rows.Opener, t v1alpha1.Traffic, seed uint64) (workload.Workload, error) {
	switch {
	case t.Trace != nil && t.Generator != nil:
		return nil, errors.New("trace: there is a generator too: leave one of them out")
	case t.Generator != nil:
		draw := generate.Traffic
		if t.Generator.Arrivals == "replay" {
			draw = replay
		}
		w, err := draw(open, *t.Generator, seed)
		if err != nil {
			return nil, fmt.Errorf("generator.%w", err)
		}
		return w, nil
	case t.Trace != nil:
		return trace.Read(open, *t.Trace, seed)
	}
	return nil, errors.New("trace: expected a trace or a generator")
}

// operate applies slice, scale, repeat and priority.
func operate(w workload.Workload, t v1alpha1.Traffic, seed uint64) (workload.Workload, error) {
	var err error
	if t.Slice != nil {
		if w, err = workload.Slice(w, t.Slice.From.Std(), t.Slice.To.Std()); err != nil {
			return nil, fmt.Errorf("slice: %w", err)
		}
	}
	if t.Scale != nil {
		if w, err = workload.Scale(w, *t.Scale, seed); err != nil {
			return nil, fmt.Errorf("scale: %w", err)
		}
	}
	if t.Repeat != 0 {
		if w, err = workload.Repeat(w, t.Repeat); err != nil {
			return nil, fmt.Errorf("repeat: %w", err)
		}
	}
	if t.Priority != 0 {
		if w, err = workload.Prioritise(w, t.Priority); err != nil {
			return nil, fmt.Errorf("priority: %w", err)
		}
	}
	return w, nil
}
