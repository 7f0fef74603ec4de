package plan

import (
	"errors"
	"slices"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

var (
	errNoTokens = errors.New("the traffic carries no output tokens, and a batched service's times depend on them: " +
		"add spec.traffic.trace.sizes.output (or generator.sizes.output), or name the trace's column of tokens")
	errNoWork = errors.New("the traffic carries no service times, and a profile takes them from there (fromTrace): " +
		"name the trace's column under spec.traffic.trace.columns.work, or give the profile a duration")
)

// checkCarried refuses traffic that lacks what the service times are made from.
// For a trace only reading it tells.
func checkCarried(spec *v1alpha1.ModelSpec, t Traffic) error {
	fromTrace := slices.ContainsFunc(spec.Service.Profiles, func(p v1alpha1.Profile) bool { return p.Fixed != nil && p.Fixed.FromTrace })
	switch {
	case isBatched(spec) && t.Output == nil:
		return errNoTokens
	case fromTrace && t.Work == nil:
		return errNoWork
	}
	return nil
}

// isBatched reports whether any service of the model is batched.
func isBatched(spec *v1alpha1.ModelSpec) bool {
	return spec.Service.Parameters > 0 ||
		slices.ContainsFunc(spec.Service.Profiles, func(p v1alpha1.Profile) bool { return p.Batched != nil })
}
