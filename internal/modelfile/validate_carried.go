package modelfile

import (
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// validateCarried refuses a service that takes something from the traffic which
// the traffic does not carry. A trace whose format is detected from its content
// passes: only reading it will tell.
func validateCarried(s *v1alpha1.ModelSpec, r *strictyaml.Report) {
	for i, p := range s.Service.Profiles {
		if p.Fixed != nil && p.Fixed.FromTrace && p.Fixed.Duration == nil {
			at := strictyaml.ItemPath("spec.service.profiles", i) + ".fixed.fromTrace"
			if part, ok := lacking(&s.Traffic, "spec.traffic", carriesWork, carryWork); ok {
				r.Reject(at, "needs requests with service times, and "+part+" has none: give it sizes.work or sizes.file, or a trace with a column of work, or use duration", "spec.traffic")
			}
		}
	}
	if !isBatched(&s.Service) {
		return
	}
	if part, ok := lacking(&s.Traffic, "spec.traffic", carriesTokens, carryTokens); ok {
		r.Reject(part, "expected requests with output tokens, as the service is batched: add sizes.output (such as 200) or sizes.file, or a trace with tokens", part, "spec.service")
	}
}

// lacking returns the path of the first part of the traffic that does not carry something.
func lacking(t *v1alpha1.Traffic, path string, trace func(*v1alpha1.Trace) bool, sizes func(*v1alpha1.Sizes) bool) (string, bool) {
	if t.Trace != nil && !trace(t.Trace) && (t.Trace.Sizes == nil || !sizes(t.Trace.Sizes)) {
		return strictyaml.FieldPath(path, "trace"), true
	}
	if t.Generator != nil && !sizes(&t.Generator.Sizes) {
		return strictyaml.FieldPath(path, "generator"), true
	}
	for i := range t.Merge {
		if part, ok := lacking(&t.Merge[i], strictyaml.ItemPath(strictyaml.FieldPath(path, "merge"), i), trace, sizes); ok {
			return part, true
		}
	}
	return "", false
}

func carriesWork(t *v1alpha1.Trace) bool {
	switch t.Format {
	case "", "auto":
		return true
	case "csv", "jsonl":
		return t.Columns == nil || t.Columns.Work != "" // the lack of columns is a problem of its own
	case "azure-functions":
		return t.Durations != ""
	}
	return false
}

func carriesTokens(t *v1alpha1.Trace) bool {
	switch t.Format {
	case "", "auto", "azure-llm", "mooncake":
		return true
	case "csv", "jsonl":
		return t.Columns == nil || t.Columns.Output != ""
	case "servegen":
		return t.Tokens != ""
	}
	return false
}

func carryWork(s *v1alpha1.Sizes) bool { return s.Work != nil || s.File != "" }

func carryTokens(s *v1alpha1.Sizes) bool { return s.Output != nil || s.File != "" }
