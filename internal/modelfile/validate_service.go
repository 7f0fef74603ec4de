package modelfile

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// estimates reports whether service times may be estimated from the parameters.
func estimates(s *v1alpha1.Service) bool {
	return s.Parameters > 0 && (s.Estimate == nil || *s.Estimate)
}

// isBatched reports whether the service can yield tokens on some hardware:
// times estimated from parameters are those of continuous batching.
func isBatched(s *v1alpha1.Service) bool {
	for _, p := range s.Profiles {
		if p.Batched != nil {
			return true
		}
	}
	return estimates(s)
}

func validateService(s *v1alpha1.Service, r *strictyaml.Report, path string) {
	if len(s.Profiles) == 0 && !estimates(s) {
		r.Reject(path, "expected service times: add profiles (gpu or cpu, with fixed or batched times), or parameters such as 8B to estimate them from", strictyaml.FieldPath(path, "parameters"), strictyaml.FieldPath(path, "estimate"), strictyaml.FieldPath(path, "profiles"))
	}
	if s.Estimate != nil && *s.Estimate && s.Parameters == 0 {
		r.Reject(strictyaml.FieldPath(path, "estimate"), "needs parameters to estimate from: add parameters such as 8B", strictyaml.FieldPath(path, "parameters"))
	}
	profiles := strictyaml.FieldPath(path, "profiles")
	seen := map[v1alpha1.Profile]int{}
	for i := range s.Profiles {
		p, at := &s.Profiles[i], strictyaml.ItemPath(profiles, i)
		validateProfile(p, r, at)
		if first, twice := seen[hardware(p)]; twice {
			r.Reject(at, fmt.Sprintf("is for the same hardware as %s: keep one of them", strictyaml.ItemPath(profiles, first)), at, strictyaml.ItemPath(profiles, first))
			continue
		}
		seen[hardware(p)] = i
	}
	if s.StartUp.Init != nil {
		validateDuration(s.StartUp.Init, r, strictyaml.FieldPath(path, "startUp.init"))
	}
}

// hardware returns what tells profiles apart.
func hardware(p *v1alpha1.Profile) v1alpha1.Profile {
	if p.GPU != "" {
		return v1alpha1.Profile{GPU: p.GPU, GPUs: max(1, p.GPUs)}
	}
	if p.VCPU == 0 {
		return v1alpha1.Profile{CPU: p.CPU, VCPU: 1}
	}
	return v1alpha1.Profile{CPU: p.CPU, VCPU: p.VCPU}
}

func validateProfile(p *v1alpha1.Profile, r *strictyaml.Report, path string) {
	switch {
	case p.GPU == "" && p.CPU == "":
		r.Reject(path, "expected the hardware that the times are for: add gpu (such as L4) or cpu (x86 or arm)")
	case p.GPU != "" && p.CPU != "":
		r.Reject(strictyaml.FieldPath(path, "cpu"), "contradicts gpu: keep one of them, and give the other a profile of its own")
	case p.CPU != "" && p.GPUs > 0:
		r.Reject(strictyaml.FieldPath(path, "gpus"), "contradicts cpu: leave it out, or name the gpu instead of the cpu")
	}
	switch {
	case p.Fixed == nil && p.Batched == nil:
		r.Reject(path, "expected times: add fixed (each request has its own duration) or batched (continuous batching)")
	case p.Fixed != nil && p.Batched != nil:
		r.Reject(strictyaml.FieldPath(path, "batched"), "contradicts fixed: keep one of them")
	}
	if p.StartUp != nil {
		validateDuration(p.StartUp, r, strictyaml.FieldPath(path, "startUp"))
	}
	if p.Range != nil {
		validateRange(p.Range, r, strictyaml.FieldPath(path, "range"))
	}
	if p.Fixed != nil {
		validateFixed(p.Fixed, r, strictyaml.FieldPath(path, "fixed"))
	}
	if p.Batched != nil {
		validateBatched(p.Batched, r, strictyaml.FieldPath(path, "batched"))
	}
}

func validateFixed(f *v1alpha1.FixedProfile, r *strictyaml.Report, path string) {
	fromTrace, duration := strictyaml.FieldPath(path, "fromTrace"), strictyaml.FieldPath(path, "duration")
	switch {
	case f.Duration == nil && !f.FromTrace:
		r.Reject(path, "expected a service time: add duration, or fromTrace: true to take each request's own", fromTrace, duration)
	case f.Duration != nil && f.FromTrace:
		r.Reject(fromTrace, "contradicts duration: keep one of them", duration)
	}
	if f.Speed > 0 && !f.FromTrace {
		r.Reject(strictyaml.FieldPath(path, "speed"), "divides times taken from the traffic, and duration is given: leave it out", fromTrace, duration)
	}
	if f.PerInputToken > 0 && f.FromTrace {
		r.Reject(strictyaml.FieldPath(path, "perInputToken"), "adds to duration, and times are taken from the traffic: leave it out", fromTrace)
	}
	if f.Duration == nil {
		return
	}
	validateDuration(f.Duration, r, duration)
	if d, err := distribution.Duration(*f.Duration); err == nil && d.Mean() == 0 && *f.Duration == (v1alpha1.DurationDistribution{}) {
		r.Reject(duration, "expected more than 0s: a request takes time")
	}
}

func validateRange(m *v1alpha1.MeasuredRange, r *strictyaml.Report, path string) {
	for name, t := range map[string]*v1alpha1.TokenRange{"input": m.Input, "output": m.Output} {
		if t != nil && t.Greatest < t.Least {
			at := strictyaml.FieldPath(strictyaml.FieldPath(path, name), "greatest")
			r.Reject(at, fmt.Sprintf("expected at least %d, as in least, got %d", t.Least, t.Greatest), strictyaml.FieldPath(strictyaml.FieldPath(path, name), "least"))
		}
	}
}
