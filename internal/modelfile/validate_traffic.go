package modelfile

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

func ValidateTraffic(t *v1alpha1.Traffic, r *strictyaml.Report, path string) {
	switch {
	case t.Trace == nil && t.Generator == nil:
		r.Reject(path, "expected requests: add trace (a file of recorded ones) or generator")
	case t.Trace != nil && t.Generator != nil:
		r.Reject(strictyaml.FieldPath(path, "generator"), "contradicts trace: keep one of them, and add the other's requests with merge")
	}
	if t.Trace != nil {
		validateTrace(t.Trace, r, strictyaml.FieldPath(path, "trace"))
	}
	if t.Generator != nil {
		validateGenerator(t.Generator, r, strictyaml.FieldPath(path, "generator"))
	}
	if t.Slice != nil {
		validateSlice(t, r, path)
	}
	for i := range t.Merge {
		ValidateTraffic(&t.Merge[i], r, strictyaml.ItemPath(strictyaml.FieldPath(path, "merge"), i))
	}
}

func validateSlice(t *v1alpha1.Traffic, r *strictyaml.Report, path string) {
	s, at := t.Slice, strictyaml.FieldPath(path, "slice")
	if s.From == 0 && s.To == 0 {
		r.Reject(at, "expected from, to or both: a slice without them keeps everything, so leave it out")
	}
	if s.To > 0 && s.From >= s.To {
		r.Reject(strictyaml.FieldPath(at, "from"), fmt.Sprintf("expected less than to, %s, got %s", s.To, s.From), at)
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
			r.Reject(strictyaml.FieldPath(at, end.name), fmt.Sprintf("lies beyond the generator's span of %s, got %s: make the span longer or the slice earlier", span, end.at), strictyaml.FieldPath(path, "generator"))
		}
	}
}

func validateTrace(t *v1alpha1.Trace, r *strictyaml.Report, path string) {
	isNamed := t.Format == "csv" || t.Format == "jsonl"
	isAuto := t.Format == "" || t.Format == "auto"
	if isNamed && t.Columns == nil {
		r.Reject(strictyaml.FieldPath(path, "columns"), fmt.Sprintf("is required with format %s: name at least the column of the arrival, columns: {time: ...}", t.Format), strictyaml.FieldPath(path, "format"))
	}
	if t.Columns != nil {
		if !isNamed && !isAuto {
			r.Reject(strictyaml.FieldPath(path, "columns"), fmt.Sprintf("contradicts format %s, whose columns are known: leave columns out, or set format to csv or jsonl", t.Format), strictyaml.FieldPath(path, "format"))
		}
		validateColumns(t.Columns, r, strictyaml.FieldPath(path, "columns"))
	}
	for _, f := range []struct{ name, value, format string }{
		{"function", t.Function, "azure-functions"},
		{"durations", t.Durations, "azure-functions"},
		{"memory", t.Memory, "azure-functions"},
		{"tokens", t.Tokens, "servegen"},
	} {
		if f.value != "" && !isAuto && t.Format != f.format {
			r.Reject(strictyaml.FieldPath(path, f.name), fmt.Sprintf("belongs to format %s, and the format is %s: leave it out", f.format, t.Format), strictyaml.FieldPath(path, "format"))
		}
	}
	if t.Sizes != nil {
		ValidateSizes(t.Sizes, r, strictyaml.FieldPath(path, "sizes"))
	}
}

func validateColumns(c *v1alpha1.Columns, r *strictyaml.Report, path string) {
	if c.WorkUnit != "" && c.Work == "" {
		r.Reject(strictyaml.FieldPath(path, "workUnit"), "is the unit of work: name the column of the service time with work, or leave workUnit out", strictyaml.FieldPath(path, "work"))
	}
	if c.Input != "" && c.Input == c.Output {
		r.Reject(strictyaml.FieldPath(path, "output"), fmt.Sprintf("names the same column as input, %s: give each its own", strictyaml.Quoted(c.Input)))
	}
}

func ValidateSizes(s *v1alpha1.Sizes, r *strictyaml.Report, path string) {
	if s.Input != nil {
		validateCount(s.Input, r, strictyaml.FieldPath(path, "input"))
	}
	if s.Output != nil {
		validateCount(s.Output, r, strictyaml.FieldPath(path, "output"))
		if d, err := distribution.Count(*s.Output); err == nil && d.Mean() == 0 {
			r.Reject(strictyaml.FieldPath(path, "output"), "expected more than 0 tokens: a request without an answer is none")
		}
	}
	if s.Work != nil {
		validateDuration(s.Work, r, strictyaml.FieldPath(path, "work"))
	}
}
