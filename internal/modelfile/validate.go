package modelfile

import (
	"fmt"
	"regexp"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// validateModel applies the rules between fields. What a single field may hold has
// been checked before, and fields that were refused then are absent here: each
// rule names the fields that it rests on, so that the report can keep it quiet.
func validateModel(m *v1alpha1.Model, r *strictyaml.Report) {
	ValidateName(m.Metadata.Name, r)
	s := &m.Spec
	ValidateTraffic(&s.Traffic, r, "spec.traffic")
	validateService(&s.Service, r, "spec.service")
	validateCarried(s, r)
	validatePayload(&s.Payload, r)
	validateObjectives(s, r)
	validateConstraints(&s.Constraints, r)
	validateCallers(s, r)
	for i := range s.Homes {
		validateHome(&s.Homes[i], r, strictyaml.ItemPath("spec.homes", i), &s.Constraints)
	}
	validateRouting(s, r)
	for i := range s.Claims {
		validateClaim(&s.Claims[i], r, strictyaml.ItemPath("spec.claims", i))
	}
}

// IsName reports whether a text can be a name.
func IsName(s string) bool { return dnsLabel.MatchString(s) }

var dnsLabel = regexp.MustCompile(v1alpha1.NamePattern)

// ValidateName checks the name of a file.
func ValidateName(name string, r *strictyaml.Report) {
	if !IsName(name) {
		r.Reject("metadata.name", fmt.Sprintf("expected at most 63 lower-case letters, digits and dashes that begin and end with a letter or digit, such as support-chat, got %s", strictyaml.Quoted(name)))
	}
}

func validatePayload(p *v1alpha1.Payload, r *strictyaml.Report) {
	if p.MaxRequest > 0 && p.MaxRequest < p.Request {
		r.Reject("spec.payload.maxRequest", fmt.Sprintf("expected at least the mean request of %s, got %s", p.Request, p.MaxRequest), "spec.payload.request")
	}
}

func validateObjectives(s *v1alpha1.ModelSpec, r *strictyaml.Report) {
	o := &s.Objectives
	ValidatePercentiles(o.Latency, r, "spec.objectives.latency")
	ValidatePercentiles(o.TimeToFirstToken, r, "spec.objectives.timeToFirstToken")
	ValidatePercentiles(o.TimePerOutputToken, r, "spec.objectives.timePerOutputToken")
	if isBatched(&s.Service) {
		return
	}
	for name, p := range map[string]v1alpha1.Percentiles{
		"timeToFirstToken": o.TimeToFirstToken, "timePerOutputToken": o.TimePerOutputToken,
	} {
		if p != (v1alpha1.Percentiles{}) {
			r.Reject("spec.objectives."+name, "contradicts spec.service, where nothing yields tokens: add a batched profile or parameters (with estimate), or bound latency instead", "spec.service")
		}
	}
}

func ValidatePercentiles(p v1alpha1.Percentiles, r *strictyaml.Report, path string) {
	bounds := []struct {
		name  string
		bound unit.Duration
	}{{"p50", p.P50}, {"p95", p.P95}, {"p99", p.P99}}
	for i, b := range bounds {
		for _, lower := range bounds[:i] {
			if b.bound > 0 && lower.bound > b.bound {
				r.Reject(strictyaml.FieldPath(path, b.name), fmt.Sprintf("expected at least the %s of %s, got %s", lower.name, lower.bound, b.bound), path)
				break
			}
		}
	}
}

var version = regexp.MustCompile(v1alpha1.VersionPattern)

func validateConstraints(c *v1alpha1.Constraints, r *strictyaml.Report) {
	for _, f := range []struct{ name, value, example string }{
		{"cuda", c.CUDA, "12.4"}, {"tensorrt", c.TensorRT, "10.3"},
	} {
		if f.value != "" && !version.MatchString(f.value) {
			r.Reject("spec.constraints."+f.name, fmt.Sprintf("expected a version such as %q, got %s", f.example, strictyaml.Quoted(f.value)))
		}
	}
	for _, f := range []struct {
		name   string
		values []string
	}{
		{"providers", c.Providers},
		{"regions", c.Regions},
		{"gpus", c.GPUs},
		{"commitments", c.Commitments},
	} {
		rejectTwice(r, "spec.constraints."+f.name, f.values)
	}
}

// rejectTwice refuses a list that names something twice, which is a slip of the keyboard for something else.
func rejectTwice(r *strictyaml.Report, path string, values []string) {
	seen := map[string]bool{}
	for i, v := range values {
		if seen[v] && v != "" {
			r.Reject(strictyaml.ItemPath(path, i), fmt.Sprintf("%s is there twice: leave one out", strictyaml.Quoted(v)))
		}
		seen[v] = true
	}
}

// listed writes names as they stand in a list: [a, b].
func listed(names []string) string { return "[" + strings.Join(names, ", ") + "]" }
