package v1alpha1

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
)

// LoadSuite reads a suite file as Load reads a model file.
func LoadSuite(name string, data []byte) (*Suite, error) {
	s, err := loadFile(name, data, document{noun: "suite", hint: "requests belong in a trace file of their own (spec.load.traffic.trace.path)"}, (*Suite).validate)
	if err != nil {
		return nil, err
	}
	s.ApplyDefaults()
	return s, nil
}

// Validate checks a suite that was not read from a file, such as one made of flags.
func (s *Suite) Validate(name string) error {
	r := newReport(name)
	if s.validate(r); len(r.problems) > 0 {
		return r.problems.sorted()
	}
	return nil
}

func (s *Suite) validate(r *report) {
	validateName(r, s.Metadata.Name)
	names := map[string]bool{}
	for i := range s.Spec.Targets {
		t, path := &s.Spec.Targets[i], itemPath("spec.targets", i)
		if names[t.Name] {
			r.reject(fieldPath(path, "name"), fmt.Sprintf("%s is there twice: give each target its own", quoted(t.Name)))
		}
		names[t.Name] = true
		t.validate(r, path)
	}
	s.Spec.Load.validate(r, "spec.load")
	if !s.Spec.Load.HasLoad() && !s.Spec.hasColdStarts() && !s.Spec.hasKeepAlive() {
		r.reject("spec.load", "expected exactly one of phases, traffic and closed, got 0: only a suite with coldStart or keepAlive needs no load", "spec")
	}
	s.Spec.validateColdStarts(r)
	for i := range s.Spec.Thresholds {
		s.Spec.Thresholds[i].validate(r, itemPath("spec.thresholds", i), names)
		s.Spec.Thresholds[i].validateTokens(r, itemPath("spec.thresholds", i), s.Spec.Targets)
	}
}

func (t *Target) validate(r *report, path string) {
	if !dnsLabel.MatchString(t.Name) {
		r.reject(fieldPath(path, "name"), fmt.Sprintf("expected lower-case letters, digits and dashes, such as k8s, got %s", quoted(t.Name)))
	}
	switch {
	case t.isLambda():
		t.validateLambda(r, path)
	case t.IsGRPC():
		t.validateGRPC(r, path)
	default:
		t.validateURL(r, path)
	}
	if t.Auth != nil {
		t.Auth.validate(r, fieldPath(path, "auth"), t)
	}
	isOpenAI := strings.HasPrefix(t.Protocol, "openai-")
	switch {
	case isOpenAI && t.OpenAI == nil:
		r.reject(fieldPath(path, "openai"), fmt.Sprintf("is required with protocol %s: name at least the model", t.Protocol), fieldPath(path, "protocol"))
	case !isOpenAI && t.OpenAI != nil:
		r.reject(fieldPath(path, "openai"), "belongs to the openai protocols: set protocol, or leave it out", fieldPath(path, "protocol"))
	}
	isInference := t.Protocol == "inference"
	switch {
	case isInference && t.Inference == nil:
		r.reject(fieldPath(path, "inference"), "is required with protocol inference: name the model and its inputs", fieldPath(path, "protocol"))
	case !isInference && t.Inference != nil:
		r.reject(fieldPath(path, "inference"), "belongs to protocol inference: set protocol, or leave it out", fieldPath(path, "protocol"))
	case isInference:
		t.Inference.validate(r, fieldPath(path, "inference"))
	}
	if (isOpenAI || isInference) && t.HTTP != nil {
		r.reject(fieldPath(path, "http"), "belongs to protocol http: leave it out", fieldPath(path, "protocol"))
	}
	for name := range t.Headers {
		if slices.Contains([]string{"authorization", "proxy-authorization", "cookie"}, strings.ToLower(name)) {
			r.reject(keyPath(fieldPath(path, "headers"), name), "is a credential, which does not belong into a file: name an environment variable with bearerFrom")
		}
	}
}

func (t *Target) validateURL(r *report, path string) {
	u, err := url.Parse(t.URL)
	isHTTP := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
	switch {
	case !isHTTP:
		r.reject(fieldPath(path, "url"), fmt.Sprintf("expected a URL with http or https, such as http://127.0.0.1:8080/predict, "+
			"lambda://FUNCTION?region=REGION or grpc://HOST:PORT, got %s", quoted(t.URL)))
	case u.User != nil:
		r.reject(fieldPath(path, "url"), "holds credentials, which would be recorded: name an environment variable with bearerFrom")
	default:
		t.validateVersion(r, path, u.Scheme)
	}
	if t.Lambda != nil {
		r.reject(fieldPath(path, "lambda"), "belongs to a URL with lambda://: leave it out", fieldPath(path, "url"))
	}
}

// validateVersion compares the version of HTTP with what a URL is.
func (t *Target) validateVersion(r *report, path, scheme string) {
	switch {
	case t.Connection.HTTP == "2" && scheme == "http":
		r.reject(fieldPath(path, "connection.http"), "is HTTP/2 with TLS, and the URL has none: choose h2c, or https", fieldPath(path, "url"))
	case t.Connection.HTTP == "h2c" && scheme == "https":
		r.reject(fieldPath(path, "connection.http"), "is HTTP/2 without TLS, and the URL is https: choose 2", fieldPath(path, "url"))
	}
}

func (t *Target) validateLambda(r *report, path string) {
	l, err := ParseLambdaURL(t.URL)
	if err != nil {
		r.reject(fieldPath(path, "url"), err.Error())
		return
	}
	scheme, _, _ := strings.Cut(l.Base(), ":")
	t.validateVersion(r, path, scheme)
	if l.Path != "" {
		return
	}
	const advice = ", and a function without a path gets the body alone: add the path that it serves, such as lambda://infer/predict?region=us-east-1"
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"headers", len(t.Headers) > 0},
		{"bearerFrom", t.BearerFrom != ""},
		{"http.method", t.HTTP != nil && t.HTTP.Method != "" && t.HTTP.Method != "POST"},
		{"expect.contentType", t.Expect.ContentType != ""},
	} {
		if f.given {
			r.reject(fieldPath(path, f.name), "is of HTTP"+advice, fieldPath(path, "url"))
		}
	}
}

func (l *SuiteLoad) validate(r *report, path string) {
	if given := l.given(); given > 1 {
		r.reject(path, fmt.Sprintf("expected exactly one of phases, traffic and closed, got %d", given))
	}
	for _, f := range []struct {
		name  string
		given bool
	}{{"arrivals", l.Arrivals != ""}, {"sizes", l.Sizes != Sizes{}}} {
		if f.given && l.Traffic != nil {
			r.reject(fieldPath(path, f.name), "has no effect with traffic, which has its own: leave it out")
		}
	}
	if l.Closed != nil && l.Speed != 0 {
		r.reject(fieldPath(path, "speed"), "has no effect with closed: leave it out")
	}
	l.Sizes.validate(r, fieldPath(path, "sizes"))
	if l.Traffic != nil {
		l.Traffic.validate(r, fieldPath(path, "traffic"))
	}
	var highest unit.Rate
	for i, p := range l.Phases {
		p.validate(r, itemPath(fieldPath(path, "phases"), i))
		highest = max(highest, p.Rate)
		if p.To != nil {
			highest = max(highest, *p.To)
		}
	}
	if len(l.Phases) > 0 && highest == 0 {
		r.reject(fieldPath(path, "phases"), "expected at least one phase with a rate above 0", fieldPath(path, "phases"))
	}
}

func (p *Phase) validate(r *report, path string) {
	isWave := p.Amplitude != 0 || p.Period != 0
	switch {
	case isWave && p.To != nil:
		r.reject(fieldPath(path, "to"), "contradicts amplitude and period: a phase is a ramp or a wave")
	case isWave && (p.Amplitude == 0 || p.Period == 0):
		r.reject(path, "a wave needs both amplitude and period", path)
	case p.Amplitude > p.Rate:
		r.reject(fieldPath(path, "amplitude"), fmt.Sprintf("expected at most the rate of %s, below which there is nothing, got %s", p.Rate, p.Amplitude), fieldPath(path, "rate"))
	}
}

func (t *SuiteThreshold) validate(r *report, path string, names map[string]bool) {
	if t.Target != "" && !names[t.Target] {
		r.reject(fieldPath(path, "target"), fmt.Sprintf("there is no target %s", quoted(t.Target)), "spec.targets")
	}
	t.Latency.validate(r, fieldPath(path, "latency"))
	t.TimeToFirstByte.validate(r, fieldPath(path, "timeToFirstByte"))
	t.TimeToFirstToken.validate(r, fieldPath(path, "timeToFirstToken"))
	t.TimePerOutputToken.validate(r, fieldPath(path, "timePerOutputToken"))
	if *t == (SuiteThreshold{Target: t.Target}) {
		r.reject(path, "expected a limit: latency, timeToFirstByte, timeToFirstToken, timePerOutputToken or errors", path)
	}
}

// validateTokens refuses limits of times that a target does not show: they could never be met nor missed.
func (t *SuiteThreshold) validateTokens(r *report, path string, targets []Target) {
	if t.TimeToFirstToken == (Percentiles{}) && t.TimePerOutputToken == (Percentiles{}) {
		return
	}
	field := fieldPath(path, "timeToFirstToken")
	if t.TimeToFirstToken == (Percentiles{}) {
		field = fieldPath(path, "timePerOutputToken")
	}
	for i := range targets {
		x := &targets[i]
		if (t.Target == "" || t.Target == x.Name) && !x.streamsTokens() {
			r.reject(field, fmt.Sprintf("target %s shows no tokens: expected protocol openai-chat or openai-completions, streamed; or limit latency or timeToFirstByte, or name another target", x.Name), path)
			return
		}
	}
}

// streamsTokens says whether answers show when each token came, as they do unless stream is false.
func (t *Target) streamsTokens() bool {
	return t.OpenAI != nil && t.Protocol != "openai-embeddings" && (t.OpenAI.Stream == nil || *t.OpenAI.Stream)
}
