package v1alpha1

import (
	"fmt"
	"regexp"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
)

// validate applies the rules between fields. What a single field may hold has
// been checked before, and fields that were refused then are absent here: each
// rule names the fields that it rests on, so that report can keep it quiet.
func (m *Model) validate(r *report) {
	validateName(r, m.Metadata.Name)
	s := &m.Spec
	s.Traffic.validate(r, "spec.traffic")
	s.Service.validate(r, "spec.service")
	s.validateCarried(r)
	s.Payload.validate(r)
	s.validateObjectives(r)
	s.Constraints.validate(r)
	s.validateCallers(r)
	for i := range s.Homes {
		s.Homes[i].validate(r, itemPath("spec.homes", i), &s.Constraints)
	}
	s.validateRouting(r)
	for i := range s.Claims {
		s.Claims[i].validate(r, itemPath("spec.claims", i))
	}
}

var dnsLabel = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

func validateName(r *report, name string) {
	if !dnsLabel.MatchString(name) {
		r.reject("metadata.name", fmt.Sprintf("expected at most 63 lower-case letters, digits and dashes that begin and end with a letter or digit, such as support-chat, got %s", quoted(name)))
	}
}

func (p *Payload) validate(r *report) {
	if p.MaxRequest > 0 && p.MaxRequest < p.Request {
		r.reject("spec.payload.maxRequest", fmt.Sprintf("expected at least the mean request of %s, got %s", p.Request, p.MaxRequest), "spec.payload.request")
	}
}

func (s *ModelSpec) validateObjectives(r *report) {
	o := &s.Objectives
	o.Latency.validate(r, "spec.objectives.latency")
	o.TimeToFirstToken.validate(r, "spec.objectives.timeToFirstToken")
	o.TimePerOutputToken.validate(r, "spec.objectives.timePerOutputToken")
	if s.Service.isBatched() {
		return
	}
	for name, p := range map[string]Percentiles{
		"timeToFirstToken": o.TimeToFirstToken, "timePerOutputToken": o.TimePerOutputToken,
	} {
		if p != (Percentiles{}) {
			r.reject("spec.objectives."+name, "contradicts spec.service, where nothing yields tokens: add a batched profile or parameters (with estimate), or bound latency instead", "spec.service")
		}
	}
}

func (p Percentiles) validate(r *report, path string) {
	bounds := []struct {
		name  string
		bound unit.Duration
	}{{"p50", p.P50}, {"p95", p.P95}, {"p99", p.P99}}
	for i, b := range bounds {
		for _, lower := range bounds[:i] {
			if b.bound > 0 && lower.bound > b.bound {
				r.reject(fieldPath(path, b.name), fmt.Sprintf("expected at least the %s of %s, got %s", lower.name, lower.bound, b.bound), path)
				break
			}
		}
	}
}

var version = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$`)

func (c *Constraints) validate(r *report) {
	for _, f := range []struct{ name, value, example string }{
		{"cuda", c.CUDA, "12.4"}, {"tensorrt", c.TensorRT, "10.3"},
	} {
		if f.value != "" && !version.MatchString(f.value) {
			r.reject("spec.constraints."+f.name, fmt.Sprintf("expected a version such as %q, got %s", f.example, quoted(f.value)))
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
func rejectTwice(r *report, path string, values []string) {
	seen := map[string]bool{}
	for i, v := range values {
		if seen[v] && v != "" {
			r.reject(itemPath(path, i), fmt.Sprintf("%s is there twice: leave one out", quoted(v)))
		}
		seen[v] = true
	}
}

// listed writes names as they stand in a list: [a, b].
func listed(names []string) string { return "[" + strings.Join(names, ", ") + "]" }
