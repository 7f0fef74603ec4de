package v1alpha1

import (
	"fmt"
)

// estimates reports whether service times may be estimated from the parameters.
func (s *Service) estimates() bool {
	return s.Parameters > 0 && (s.Estimate == nil || *s.Estimate)
}

// isBatched reports whether the service can yield tokens on some hardware:
// times estimated from parameters are those of continuous batching.
func (s *Service) isBatched() bool {
	for _, p := range s.Profiles {
		if p.Batched != nil {
			return true
		}
	}
	return s.estimates()
}

func (s *Service) validate(r *report, path string) {
	if len(s.Profiles) == 0 && !s.estimates() {
		r.reject(path, "expected service times: add profiles (gpu or cpu, with fixed or batched times), or parameters such as 8B to estimate them from", fieldPath(path, "parameters"), fieldPath(path, "estimate"), fieldPath(path, "profiles"))
	}
	if s.Estimate != nil && *s.Estimate && s.Parameters == 0 {
		r.reject(fieldPath(path, "estimate"), "needs parameters to estimate from: add parameters such as 8B", fieldPath(path, "parameters"))
	}
	profiles := fieldPath(path, "profiles")
	seen := map[Profile]int{}
	for i := range s.Profiles {
		p, at := &s.Profiles[i], itemPath(profiles, i)
		p.validate(r, at)
		if first, twice := seen[p.hardware()]; twice {
			r.reject(at, fmt.Sprintf("is for the same hardware as %s: keep one of them", itemPath(profiles, first)), at, itemPath(profiles, first))
			continue
		}
		seen[p.hardware()] = i
	}
	if s.StartUp.Init != nil {
		s.StartUp.Init.validate(r, fieldPath(path, "startUp.init"))
	}
}

// hardware returns what tells profiles apart.
func (p *Profile) hardware() Profile {
	if p.GPU != "" {
		return Profile{GPU: p.GPU, GPUs: max(1, p.GPUs)}
	}
	if p.VCPU == 0 {
		return Profile{CPU: p.CPU, VCPU: 1}
	}
	return Profile{CPU: p.CPU, VCPU: p.VCPU}
}

func (p *Profile) validate(r *report, path string) {
	switch {
	case p.GPU == "" && p.CPU == "":
		r.reject(path, "expected the hardware that the times are for: add gpu (such as L4) or cpu (x86 or arm)")
	case p.GPU != "" && p.CPU != "":
		r.reject(fieldPath(path, "cpu"), "contradicts gpu: keep one of them, and give the other a profile of its own")
	case p.CPU != "" && p.GPUs > 0:
		r.reject(fieldPath(path, "gpus"), "contradicts cpu: leave it out, or name the gpu instead of the cpu")
	}
	switch {
	case p.Fixed == nil && p.Batched == nil:
		r.reject(path, "expected times: add fixed (each request has its own duration) or batched (continuous batching)")
	case p.Fixed != nil && p.Batched != nil:
		r.reject(fieldPath(path, "batched"), "contradicts fixed: keep one of them")
	}
	if p.StartUp != nil {
		p.StartUp.validate(r, fieldPath(path, "startUp"))
	}
	if p.Range != nil {
		p.Range.validate(r, fieldPath(path, "range"))
	}
	if p.Fixed != nil {
		p.Fixed.validate(r, fieldPath(path, "fixed"))
	}
	if p.Batched != nil {
		p.Batched.validate(r, fieldPath(path, "batched"))
	}
}

func (f *FixedProfile) validate(r *report, path string) {
	fromTrace, duration := fieldPath(path, "fromTrace"), fieldPath(path, "duration")
	switch {
	case f.Duration == nil && !f.FromTrace:
		r.reject(path, "expected a service time: add duration, or fromTrace: true to take each request's own", fromTrace, duration)
	case f.Duration != nil && f.FromTrace:
		r.reject(fromTrace, "contradicts duration: keep one of them", duration)
	}
	if f.Speed > 0 && !f.FromTrace {
		r.reject(fieldPath(path, "speed"), "divides times taken from the traffic, and duration is given: leave it out", fromTrace, duration)
	}
	if f.PerInputToken > 0 && f.FromTrace {
		r.reject(fieldPath(path, "perInputToken"), "adds to duration, and times are taken from the traffic: leave it out", fromTrace)
	}
	if f.Duration == nil {
		return
	}
	f.Duration.validate(r, duration)
	if d, err := f.Duration.Dist(); err == nil && d.Mean() == 0 && *f.Duration == (DurationDistribution{}) {
		r.reject(duration, "expected more than 0s: a request takes time")
	}
}
