package v1alpha1

import (
	"cmp"
	"fmt"
)

// mostIterationTimes bounds what the simulator looks through for every change of a batch.
const mostIterationTimes = 64

func (b *BatchedProfile) validate(r *report, path string) {
	alpha, beta := fieldPath(path, "alpha"), fieldPath(path, "beta")
	most := cmp.Or(b.MaxBatch, defaultMaxBatch)
	if b.MaxBatchedTokens > 0 && b.MaxBatchedTokens < int64(most) {
		r.reject(fieldPath(path, "maxBatchedTokens"), fmt.Sprintf("expected at least maxBatch, %d, as each sequence takes a token, got %d", most, b.MaxBatchedTokens), fieldPath(path, "maxBatch"))
	}
	switch {
	case len(b.Iterations) > 0:
		b.validateIterations(r, fieldPath(path, "iterations"), alpha, beta)
	case b.Alpha == nil:
		r.reject(alpha, requiredTime, beta)
	case b.Beta == nil:
		r.reject(beta, requiredTime, alpha)
	case *b.Alpha == 0 && *b.Beta == 0:
		r.reject(alpha, "expected more than 0 here or in beta: an iteration takes time", beta)
	}
}

// requiredTime is said of what is left out.
const requiredTime = "is required where there are no iterations: expected a duration with its unit such as 250ms"

func (b *BatchedProfile) validateIterations(r *report, list, alpha, beta string) {
	if b.Alpha != nil || b.Beta != nil {
		r.reject(list, "contradicts alpha and beta: keep either these or them", alpha, beta)
	}
	if len(b.Iterations) > mostIterationTimes {
		r.reject(list, fmt.Sprintf("expected at most %d times, got %d", mostIterationTimes, len(b.Iterations)))
	}
	for i, it := range b.Iterations {
		at := fmt.Sprintf("%s[%d].sequences", list, i)
		switch {
		case i == 0 && it.Sequences != 1:
			r.reject(at, fmt.Sprintf("expected 1 to come first, got %d", it.Sequences))
		case i > 0 && it.Sequences <= b.Iterations[i-1].Sequences:
			r.reject(at, fmt.Sprintf("expected more than %d, as of the time before, got %d", b.Iterations[i-1].Sequences, it.Sequences))
		}
	}
}
