package modelfile

import (
	"cmp"
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// mostIterationTimes bounds what the simulator looks through for every change of a batch.
const mostIterationTimes = 64

func validateBatched(b *v1alpha1.BatchedProfile, r *strictyaml.Report, path string) {
	alpha, beta := strictyaml.FieldPath(path, "alpha"), strictyaml.FieldPath(path, "beta")
	most := cmp.Or(b.MaxBatch, defaultMaxBatch)
	if b.MaxBatchedTokens > 0 && b.MaxBatchedTokens < int64(most) {
		r.Reject(strictyaml.FieldPath(path, "maxBatchedTokens"), fmt.Sprintf("expected at least maxBatch, %d, as each sequence takes a token, got %d", most, b.MaxBatchedTokens), strictyaml.FieldPath(path, "maxBatch"))
	}
	switch {
	case len(b.Iterations) > 0:
		validateIterations(b, r, strictyaml.FieldPath(path, "iterations"), alpha, beta)
	case b.Alpha == nil:
		r.Reject(alpha, requiredTime, beta)
	case b.Beta == nil:
		r.Reject(beta, requiredTime, alpha)
	case *b.Alpha == 0 && *b.Beta == 0:
		r.Reject(alpha, "expected more than 0 here or in beta: an iteration takes time", beta)
	}
}

// requiredTime is said of what is left out.
const requiredTime = "is required where there are no iterations: expected a duration with its unit such as 250ms"

func validateIterations(b *v1alpha1.BatchedProfile, r *strictyaml.Report, list, alpha, beta string) {
	if b.Alpha != nil || b.Beta != nil {
		r.Reject(list, "contradicts alpha and beta: keep either these or them", alpha, beta)
	}
	if len(b.Iterations) > mostIterationTimes {
		r.Reject(list, fmt.Sprintf("expected at most %d times, got %d", mostIterationTimes, len(b.Iterations)))
	}
	for i, it := range b.Iterations {
		at := fmt.Sprintf("%s[%d].sequences", list, i)
		switch {
		case i == 0 && it.Sequences != 1:
			r.Reject(at, fmt.Sprintf("expected 1 to come first, got %d", it.Sequences))
		case i > 0 && it.Sequences <= b.Iterations[i-1].Sequences:
			r.Reject(at, fmt.Sprintf("expected more than %d, as of the time before, got %d", b.Iterations[i-1].Sequences, it.Sequences))
		}
	}
}
