package suitefile

import (
	"cmp"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

// Default fills in what is left out.
func Default(s *v1alpha1.Suite) {
	spec := &s.Spec
	spec.Timeout = cmp.Or(spec.Timeout, unit.Duration(time.Minute))
	spec.MaxInFlight = cmp.Or(spec.MaxInFlight, 1024)
	spec.Gate.Percentile = cmp.Or(spec.Gate.Percentile, 99)
	spec.Gate.Most = cmp.Or(spec.Gate.Most, unit.Duration(10*time.Millisecond))
	l := &spec.Load
	l.Seed = cmp.Or(l.Seed, new(modelfile.DefaultSeed))
	if l.Closed == nil {
		l.Speed = cmp.Or(l.Speed, 1)
	}
	if len(l.Phases) > 0 {
		l.Arrivals = cmp.Or(l.Arrivals, "poisson")
	}
	if l.Traffic != nil {
		modelfile.DefaultTraffic(l.Traffic)
	}
	defaultColdStarts(spec)
	for i := range spec.Targets {
		defaultTarget(&spec.Targets[i])
	}
}

func defaultTarget(t *v1alpha1.Target) {
	t.Protocol = cmp.Or(t.Protocol, "http")
	if !t.IsGRPC() {
		t.Connection.HTTP = cmp.Or(t.Connection.HTTP, "1.1")
	}
	if t.Protocol == "http" && t.HTTP == nil {
		t.HTTP = new(v1alpha1.HTTPRequest)
	}
	if h := t.HTTP; h != nil {
		switch {
		case h.Body == "" && isBareLambda(t):
			h.Method = cmp.Or(h.Method, "POST")
		case h.Body == "":
			h.Method = cmp.Or(h.Method, "GET")
		default:
			h.Method = cmp.Or(h.Method, "POST")
			h.ContentType = cmp.Or(h.ContentType, "application/json")
		}
	}
	if o := t.OpenAI; o != nil {
		o.Stream = cmp.Or(o.Stream, new(!strings.HasSuffix(t.Protocol, "embeddings")))
	}
	if t.Auth != nil {
		defaultAuth(t.Auth, t.URL)
	}
	if isLambda(t) && t.Lambda == nil {
		t.Lambda = new(v1alpha1.LambdaInvoke)
	}
	if t.Lambda != nil {
		t.Lambda.Stream = cmp.Or(t.Lambda.Stream, new(t.OpenAI != nil && *t.OpenAI.Stream))
	}
}
