package suitefile

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// Load reads a suite file as modelfile.Load reads a model file. The name is used in messages only.
func Load(name string, data []byte) (*v1alpha1.Suite, error) {
	s, err := strictyaml.Read(name, data, document, validateSuite)
	if err != nil {
		return nil, err
	}
	Default(s)
	return s, nil
}

var document = modelfile.Document("suite", "requests belong in a trace file of their own (spec.load.traffic.trace.path)")

// Validate checks a suite that was not read from a file, such as one made of flags.
func Validate(name string, s *v1alpha1.Suite) error {
	r := strictyaml.NewReport(name)
	validateSuite(s, r)
	return r.Err()
}

func validateSuite(s *v1alpha1.Suite, r *strictyaml.Report) {
	modelfile.ValidateName(s.Metadata.Name, r)
	names := map[string]bool{}
	for i := range s.Spec.Targets {
		t, path := &s.Spec.Targets[i], strictyaml.ItemPath("spec.targets", i)
		if names[t.Name] {
			r.Reject(strictyaml.FieldPath(path, "name"), fmt.Sprintf("%s is there twice: give each target its own", strictyaml.Quoted(t.Name)))
		}
		names[t.Name] = true
		validateTarget(t, r, path)
	}
	validateLoad(&s.Spec.Load, r, "spec.load")
	if !s.Spec.Load.HasLoad() && !hasColdStarts(&s.Spec) && !hasKeepAlive(&s.Spec) {
		r.Reject("spec.load", "expected exactly one of phases, traffic and closed, got 0: only a suite with coldStart or keepAlive needs no load", "spec")
	}
	validateColdStarts(&s.Spec, r)
	for i := range s.Spec.Thresholds {
		validateThreshold(&s.Spec.Thresholds[i], r, strictyaml.ItemPath("spec.thresholds", i), names)
		validateTokens(&s.Spec.Thresholds[i], r, strictyaml.ItemPath("spec.thresholds", i), s.Spec.Targets)
	}
}

func validateTarget(t *v1alpha1.Target, r *strictyaml.Report, path string) {
	if !modelfile.IsName(t.Name) {
		r.Reject(strictyaml.FieldPath(path, "name"), fmt.Sprintf("expected lower-case letters, digits and dashes, such as k8s, got %s", strictyaml.Quoted(t.Name)))
	}
	switch {
	case isLambda(t):
		validateLambda(t, r, path)
	case t.IsGRPC():
		validateGRPC(t, r, path)
	default:
		validateURL(t, r, path)
	}
	if t.Auth != nil {
		validateAuth(t.Auth, r, strictyaml.FieldPath(path, "auth"), t)
	}
	isOpenAI := strings.HasPrefix(t.Protocol, "openai-")
	switch {
	case isOpenAI && t.OpenAI == nil:
		r.Reject(strictyaml.FieldPath(path, "openai"), fmt.Sprintf("is required with protocol %s: name at least the model", t.Protocol), strictyaml.FieldPath(path, "protocol"))
	case !isOpenAI && t.OpenAI != nil:
		r.Reject(strictyaml.FieldPath(path, "openai"), "belongs to the openai protocols: set protocol, or leave it out", strictyaml.FieldPath(path, "protocol"))
	}
	isInference := t.Protocol == "inference"
	switch {
	case isInference && t.Inference == nil:
		r.Reject(strictyaml.FieldPath(path, "inference"), "is required with protocol inference: name the model and its inputs", strictyaml.FieldPath(path, "protocol"))
	case !isInference && t.Inference != nil:
		r.Reject(strictyaml.FieldPath(path, "inference"), "belongs to protocol inference: set protocol, or leave it out", strictyaml.FieldPath(path, "protocol"))
	case isInference:
		validateInference(t.Inference, r, strictyaml.FieldPath(path, "inference"))
	}
	if (isOpenAI || isInference) && t.HTTP != nil {
		r.Reject(strictyaml.FieldPath(path, "http"), "belongs to protocol http: leave it out", strictyaml.FieldPath(path, "protocol"))
	}
	for name := range t.Headers {
		if slices.Contains([]string{"authorization", "proxy-authorization", "cookie"}, strings.ToLower(name)) {
			r.Reject(strictyaml.KeyPath(strictyaml.FieldPath(path, "headers"), name), "is a credential, which does not belong into a file: name an environment variable with bearerFrom")
		}
	}
}

func validateURL(t *v1alpha1.Target, r *strictyaml.Report, path string) {
	u, err := url.Parse(t.URL)
	isHTTP := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
	switch {
	case !isHTTP:
		r.Reject(strictyaml.FieldPath(path, "url"), fmt.Sprintf("expected a URL with http or https, such as http://127.0.0.1:8080/predict, "+
			"lambda://FUNCTION?region=REGION or grpc://HOST:PORT, got %s", strictyaml.Quoted(t.URL)))
	case u.User != nil:
		r.Reject(strictyaml.FieldPath(path, "url"), "holds credentials, which would be recorded: name an environment variable with bearerFrom")
	default:
		validateVersion(t, r, path, u.Scheme)
	}
	if t.Lambda != nil {
		r.Reject(strictyaml.FieldPath(path, "lambda"), "belongs to a URL with lambda://: leave it out", strictyaml.FieldPath(path, "url"))
	}
}

// validateVersion compares the version of HTTP with what a URL is.
func validateVersion(t *v1alpha1.Target, r *strictyaml.Report, path, scheme string) {
	switch {
	case t.Connection.HTTP == "2" && scheme == "http":
		r.Reject(strictyaml.FieldPath(path, "connection.http"), "is HTTP/2 with TLS, and the URL has none: choose h2c, or https", strictyaml.FieldPath(path, "url"))
	case t.Connection.HTTP == "h2c" && scheme == "https":
		r.Reject(strictyaml.FieldPath(path, "connection.http"), "is HTTP/2 without TLS, and the URL is https: choose 2", strictyaml.FieldPath(path, "url"))
	}
}

func validateLambda(t *v1alpha1.Target, r *strictyaml.Report, path string) {
	l, err := ParseLambdaURL(t.URL)
	if err != nil {
		r.Reject(strictyaml.FieldPath(path, "url"), err.Error())
		return
	}
	scheme, _, _ := strings.Cut(l.Base(), ":")
	validateVersion(t, r, path, scheme)
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
			r.Reject(strictyaml.FieldPath(path, f.name), "is of HTTP"+advice, strictyaml.FieldPath(path, "url"))
		}
	}
}

func validateLoad(l *v1alpha1.SuiteLoad, r *strictyaml.Report, path string) {
	if given := l.Given(); given > 1 {
		r.Reject(path, fmt.Sprintf("expected exactly one of phases, traffic and closed, got %d", given))
	}
	for _, f := range []struct {
		name  string
		given bool
	}{{"arrivals", l.Arrivals != ""}, {"sizes", l.Sizes != v1alpha1.Sizes{}}} {
		if f.given && l.Traffic != nil {
			r.Reject(strictyaml.FieldPath(path, f.name), "has no effect with traffic, which has its own: leave it out")
		}
	}
	if l.Closed != nil && l.Speed != 0 {
		r.Reject(strictyaml.FieldPath(path, "speed"), "has no effect with closed: leave it out")
	}
	modelfile.ValidateSizes(&l.Sizes, r, strictyaml.FieldPath(path, "sizes"))
	if l.Traffic != nil {
		modelfile.ValidateTraffic(l.Traffic, r, strictyaml.FieldPath(path, "traffic"))
	}
	var highest unit.Rate
	for i, p := range l.Phases {
		validatePhase(&p, r, strictyaml.ItemPath(strictyaml.FieldPath(path, "phases"), i))
		highest = max(highest, p.Rate)
		if p.To != nil {
			highest = max(highest, *p.To)
		}
	}
	if len(l.Phases) > 0 && highest == 0 {
		r.Reject(strictyaml.FieldPath(path, "phases"), "expected at least one phase with a rate above 0", strictyaml.FieldPath(path, "phases"))
	}
}

func validatePhase(p *v1alpha1.Phase, r *strictyaml.Report, path string) {
	isWave := p.Amplitude != 0 || p.Period != 0
	switch {
	case isWave && p.To != nil:
		r.Reject(strictyaml.FieldPath(path, "to"), "contradicts amplitude and period: a phase is a ramp or a wave")
	case isWave && (p.Amplitude == 0 || p.Period == 0):
		r.Reject(path, "a wave needs both amplitude and period", path)
	case p.Amplitude > p.Rate:
		r.Reject(strictyaml.FieldPath(path, "amplitude"), fmt.Sprintf("expected at most the rate of %s, below which there is nothing, got %s", p.Rate, p.Amplitude), strictyaml.FieldPath(path, "rate"))
	}
}

func validateThreshold(t *v1alpha1.SuiteThreshold, r *strictyaml.Report, path string, names map[string]bool) {
	if t.Target != "" && !names[t.Target] {
		r.Reject(strictyaml.FieldPath(path, "target"), fmt.Sprintf("there is no target %s", strictyaml.Quoted(t.Target)), "spec.targets")
	}
	modelfile.ValidatePercentiles(t.Latency, r, strictyaml.FieldPath(path, "latency"))
	modelfile.ValidatePercentiles(t.TimeToFirstByte, r, strictyaml.FieldPath(path, "timeToFirstByte"))
	modelfile.ValidatePercentiles(t.TimeToFirstToken, r, strictyaml.FieldPath(path, "timeToFirstToken"))
	modelfile.ValidatePercentiles(t.TimePerOutputToken, r, strictyaml.FieldPath(path, "timePerOutputToken"))
	if *t == (v1alpha1.SuiteThreshold{Target: t.Target}) {
		r.Reject(path, "expected a limit: latency, timeToFirstByte, timeToFirstToken, timePerOutputToken or errors", path)
	}
}

// validateTokens refuses limits of times that a target does not show: they could never be met nor missed.
func validateTokens(t *v1alpha1.SuiteThreshold, r *strictyaml.Report, path string, targets []v1alpha1.Target) {
	if t.TimeToFirstToken == (v1alpha1.Percentiles{}) && t.TimePerOutputToken == (v1alpha1.Percentiles{}) {
		return
	}
	field := strictyaml.FieldPath(path, "timeToFirstToken")
	if t.TimeToFirstToken == (v1alpha1.Percentiles{}) {
		field = strictyaml.FieldPath(path, "timePerOutputToken")
	}
	for i := range targets {
		x := &targets[i]
		if (t.Target == "" || t.Target == x.Name) && !streamsTokens(x) {
			r.Reject(field, fmt.Sprintf("target %s shows no tokens: expected protocol openai-chat or openai-completions, streamed; or limit latency or timeToFirstByte, or name another target", x.Name), path)
			return
		}
	}
}

// streamsTokens says whether answers show when each token came, as they do unless stream is false.
func streamsTokens(t *v1alpha1.Target) bool {
	return t.OpenAI != nil && t.Protocol != "openai-embeddings" && (t.OpenAI.Stream == nil || *t.OpenAI.Stream)
}
