package v1alpha1

import (
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// ApplyDefaults fills in what is left out.
func (s *Suite) ApplyDefaults() {
	spec := &s.Spec
	setDefault(&spec.Timeout, unit.Duration(time.Minute))
	setDefault(&spec.MaxInFlight, 1024)
	setDefault(&spec.Gate.Percentile, 99)
	setDefault(&spec.Gate.Most, unit.Duration(10*time.Millisecond))
	l := &spec.Load
	setPointer(&l.Seed, defaultSeed)
	if l.Closed == nil {
		setDefault(&l.Speed, 1)
	}
	if len(l.Phases) > 0 {
		setDefault(&l.Arrivals, "poisson")
	}
	if l.Traffic != nil {
		l.Traffic.applyDefaults()
	}
	spec.applyColdStartDefaults()
	for i := range spec.Targets {
		spec.Targets[i].applyDefaults()
	}
}

func (t *Target) applyDefaults() {
	setDefault(&t.Protocol, "http")
	if !t.IsGRPC() {
		setDefault(&t.Connection.HTTP, "1.1")
	}
	if t.Protocol == "http" && t.HTTP == nil {
		t.HTTP = new(HTTPRequest)
	}
	if h := t.HTTP; h != nil {
		switch {
		case h.Body == "" && t.isBareLambda():
			setDefault(&h.Method, "POST")
		case h.Body == "":
			setDefault(&h.Method, "GET")
		default:
			setDefault(&h.Method, "POST")
			setDefault(&h.ContentType, "application/json")
		}
	}
	if o := t.OpenAI; o != nil {
		setPointer(&o.Stream, !strings.HasSuffix(t.Protocol, "embeddings"))
	}
	if t.Auth != nil {
		t.Auth.applyDefaults(t.URL)
	}
	if t.isLambda() && t.Lambda == nil {
		t.Lambda = new(LambdaInvoke)
	}
	if t.Lambda != nil {
		setPointer(&t.Lambda.Stream, t.OpenAI != nil && *t.OpenAI.Stream)
	}
}
