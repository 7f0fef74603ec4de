package v1alpha1

// validateCarried refuses a service that takes something from the traffic which
// the traffic does not carry. A trace whose format is detected from its content
// passes: only reading it will tell.
func (s *ModelSpec) validateCarried(r *report) {
	for i, p := range s.Service.Profiles {
		if p.Fixed != nil && p.Fixed.FromTrace && p.Fixed.Duration == nil {
			at := itemPath("spec.service.profiles", i) + ".fixed.fromTrace"
			if part, ok := s.Traffic.lacking("spec.traffic", (*Trace).carriesWork, (*Sizes).carryWork); ok {
				r.reject(at, "needs requests with service times, and "+part+" has none: give it sizes.work or sizes.file, or a trace with a column of work, or use duration", "spec.traffic")
			}
		}
	}
	if !s.Service.isBatched() {
		return
	}
	if part, ok := s.Traffic.lacking("spec.traffic", (*Trace).carriesTokens, (*Sizes).carryTokens); ok {
		r.reject(part, "expected requests with output tokens, as the service is batched: add sizes.output (such as 200) or sizes.file, or a trace with tokens", part, "spec.service")
	}
}

// lacking returns the path of the first part of the traffic that does not carry something.
func (t *Traffic) lacking(path string, trace func(*Trace) bool, sizes func(*Sizes) bool) (string, bool) {
	if t.Trace != nil && !trace(t.Trace) && (t.Trace.Sizes == nil || !sizes(t.Trace.Sizes)) {
		return fieldPath(path, "trace"), true
	}
	if t.Generator != nil && !sizes(&t.Generator.Sizes) {
		return fieldPath(path, "generator"), true
	}
	for i := range t.Merge {
		if part, ok := t.Merge[i].lacking(itemPath(fieldPath(path, "merge"), i), trace, sizes); ok {
			return part, true
		}
	}
	return "", false
}

func (t *Trace) carriesWork() bool {
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

func (t *Trace) carriesTokens() bool {
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

func (s *Sizes) carryWork() bool { return s.Work != nil || s.File != "" }

func (s *Sizes) carryTokens() bool { return s.Output != nil || s.File != "" }
