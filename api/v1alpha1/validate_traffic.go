package v1alpha1

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
)

func (t *Traffic) validate(r *report, path string) {
	switch {
	case t.Trace == nil && t.Generator == nil:
		r.reject(path, "expected requests: add trace (a file of recorded ones) or generator")
	case t.Trace != nil && t.Generator != nil:
		r.reject(fieldPath(path, "generator"), "contradicts trace: keep one of them, and add the other's requests with merge")
	}
	if t.Trace != nil {
		t.Trace.validate(r, fieldPath(path, "trace"))
	}
	if t.Generator != nil {
		t.Generator.validate(r, fieldPath(path, "generator"))
	}
	if t.Slice != nil {
		t.validateSlice(r, path)
	}
	for i := range t.Merge {
		t.Merge[i].validate(r, itemPath(fieldPath(path, "merge"), i))
	}
}

func (t *Traffic) validateSlice(r *report, path string) {
	s, at := t.Slice, fieldPath(path, "slice")
	if s.From == 0 && s.To == 0 {
		r.reject(at, "expected from, to or both: a slice without them keeps everything, so leave it out")
	}
	if s.To > 0 && s.From >= s.To {
		r.reject(fieldPath(at, "from"), fmt.Sprintf("expected less than to, %s, got %s", s.To, s.From), at)
	}
	if t.Generator == nil || t.Generator.Span == 0 {
		return
	}
	span := t.Generator.Span
	for _, end := range []struct {
		name string
		at   unit.Duration
	}{{"from", s.From}, {"to", s.To}} {
		if end.at > span || end.name == "from" && end.at == span {
			r.reject(fieldPath(at, end.name), fmt.Sprintf("lies beyond the generator's span of %s, got %s: make the span longer or the slice earlier", span, end.at), fieldPath(path, "generator"))
		}
	}
}

func (t *Trace) validate(r *report, path string) {
	isNamed := t.Format == "csv" || t.Format == "jsonl"
	isAuto := t.Format == "" || t.Format == "auto"
	if isNamed && t.Columns == nil {
		r.reject(fieldPath(path, "columns"), fmt.Sprintf("is required with format %s: name at least the column of the arrival, columns: {time: ...}", t.Format), fieldPath(path, "format"))
	}
	if t.Columns != nil {
		if !isNamed && !isAuto {
			r.reject(fieldPath(path, "columns"), fmt.Sprintf("contradicts format %s, whose columns are known: leave columns out, or set format to csv or jsonl", t.Format), fieldPath(path, "format"))
		}
		t.Columns.validate(r, fieldPath(path, "columns"))
	}
	for _, f := range []struct{ name, value, format string }{
		{"function", t.Function, "azure-functions"},
		{"durations", t.Durations, "azure-functions"},
		{"memory", t.Memory, "azure-functions"},
		{"tokens", t.Tokens, "servegen"},
	} {
		if f.value != "" && !isAuto && t.Format != f.format {
			r.reject(fieldPath(path, f.name), fmt.Sprintf("belongs to format %s, and the format is %s: leave it out", f.format, t.Format), fieldPath(path, "format"))
		}
	}
	if t.Sizes != nil {
		t.Sizes.validate(r, fieldPath(path, "sizes"))
	}
}

func (c *Columns) validate(r *report, path string) {
	if c.WorkUnit != "" && c.Work == "" {
		r.reject(fieldPath(path, "workUnit"), "is the unit of work: name the column of the service time with work, or leave workUnit out", fieldPath(path, "work"))
	}
	if c.Input != "" && c.Input == c.Output {
		r.reject(fieldPath(path, "output"), fmt.Sprintf("names the same column as input, %s: give each its own", quoted(c.Input)))
	}
}

func (s *Sizes) validate(r *report, path string) {
	if s.Input != nil {
		s.Input.validate(r, fieldPath(path, "input"))
	}
	if s.Output != nil {
		s.Output.validate(r, fieldPath(path, "output"))
		if d, err := s.Output.Dist(); err == nil && d.Mean() == 0 {
			r.reject(fieldPath(path, "output"), "expected more than 0 tokens: a request without an answer is none")
		}
	}
	if s.Work != nil {
		s.Work.validate(r, fieldPath(path, "work"))
	}
}
