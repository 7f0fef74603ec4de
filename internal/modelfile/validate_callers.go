package modelfile

import (
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

func validateCallers(s *v1alpha1.ModelSpec, r *strictyaml.Report) {
	c := &s.Callers
	if limit := s.Constraints.Timeout; limit > 0 && c.AttemptTimeout > limit {
		r.Reject("spec.callers.attemptTimeout", "expected at most constraints.timeout, "+limit.String()+", got "+c.AttemptTimeout.String(), "spec.constraints.timeout")
	}
	if t := c.Retry; t != nil && t.Backoff != nil && t.MaxBackoff > 0 && *t.Backoff > t.MaxBackoff {
		r.Reject("spec.callers.retry.maxBackoff", "expected at least backoff, "+t.Backoff.String()+", got "+t.MaxBackoff.String(), "spec.callers.retry.backoff")
	}
}
