package suitefile

import (
	"fmt"
	"strings"
	"testing"
)

// suiteWith is a suite of one target, of which a few lines are given.
func suiteWith(target string) []byte {
	return fmt.Appendf(nil, `{apiVersion: fulcrum.dev/v1alpha1, kind: Suite, metadata: {name: a},
  spec: {targets: [{name: a, %s}], load: {phases: [{rate: 1/s, duration: 1s}]}}}`, target)
}

func TestLambdaURL(t *testing.T) {
	for text, want := range map[string]LambdaURL{
		"lambda://infer?region=us-east-1":                       {Function: "infer", Region: "us-east-1"},
		"lambda://My_fn/v1/chat?region=eu-west-1&qualifier=%24": {Function: "My_fn", Region: "eu-west-1", Path: "/v1/chat", Qualifier: "$"},
		"lambda://f?region=us-gov-west-1&endpoint=http%3A%2F%2F127.0.0.1%3A9001%2F": {
			Function: "f", Region: "us-gov-west-1", Endpoint: "http://127.0.0.1:9001",
		},
	} {
		if got, err := ParseLambdaURL(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"lambda://f":                                         "expected the region of the function, such as lambda://f?region=us-east-1",
		"lambda://f?region=here":                             `got "here"`,
		"lambda://?region=us-east-1":                         "expected the name of a function",
		"lambda://a.b?region=us-east-1":                      "of an ARN, take the name",
		"lambda://arn:aws:lambda:us-east-1:1:function:f":     "expected lambda://FUNCTION?region=REGION",
		"lambda://me@f?region=us-east-1":                     "expected lambda://FUNCTION?region=REGION",
		"lambda://f?region=us-east-1&regoin=a":               `expected only region, qualifier and endpoint after the ?, got "regoin"`,
		"lambda://f?region=us-east-1&qualifier=":             "expected one value of qualifier",
		"lambda://f?region=us-east-1&endpoint=127.0.0.1":     "expected an endpoint with http or https",
		"lambda://f?region=us-east-1&endpoint=http://a:b@c/": "expected an endpoint with http or https",
	} {
		if _, err := ParseLambdaURL(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %s", text, err, want)
		}
	}
	for region, want := range map[string]string{"us-east-1": "https://lambda.us-east-1.amazonaws.com", "cn-north-1": "https://lambda.cn-north-1.amazonaws.com.cn"} {
		if got := (&LambdaURL{Region: region}).Base(); got != want {
			t.Errorf("%s: %s", region, got)
		}
	}
}

// TestTargetsRefused: each message says what to do.
func TestTargetsRefused(t *testing.T) {
	const lambda, https = `url: "lambda://f?region=us-east-1"`, `url: "https://svc.example/a"`
	for target, want := range map[string]string{
		`url: "lambda://f"`: "spec.targets[0].url: expected the region of the function",
		`url: "http://localhost/", lambda: {stream: true}`:        "spec.targets[0].lambda: belongs to a URL with lambda://",
		lambda + `, headers: {a: b}`:                              "spec.targets[0].headers: is of HTTP, and a function without a path gets the body alone: add the path",
		lambda + `, bearerFrom: TOKEN`:                            "spec.targets[0].bearerFrom: is of HTTP",
		lambda + `, http: {method: PUT}`:                          "spec.targets[0].http.method: is of HTTP",
		lambda + `, expect: {contentType: text/plain}`:            "spec.targets[0].expect.contentType: is of HTTP",
		lambda + `, connection: {http: h2c}`:                      "spec.targets[0].connection.http: is HTTP/2 without TLS",
		lambda + `, auth: {idToken: {}}`:                          "spec.targets[0].auth: belongs to other URLs",
		https + `, auth: {}`:                                      "spec.targets[0].auth",
		https + `, auth: {aws: {region: us-east-1}, idToken: {}}`: "spec.targets[0].auth: expected exactly one of aws and idToken",
		https + `, auth: {aws: {}}`:                               "spec.targets[0].auth.aws.region: expected the region to sign for",
		https + `, auth: {idToken: {}}, bearerFrom: TOKEN`:        "spec.targets[0].auth: contradicts bearerFrom",
	} {
		_, err := Load("suite.yaml", suiteWith(target))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error\n%v\nwant one with\n%s", target, err, want)
		}
	}
}

func TestTargetDefaults(t *testing.T) {
	for target, want := range map[string]bool{
		`url: "lambda://f?region=us-east-1"`:                                                                            false,
		`url: "lambda://f/a?region=us-east-1", protocol: openai-chat, openai: {model: m}`:                               true,
		`url: "lambda://f/a?region=us-east-1", protocol: openai-chat, openai: {model: m, stream: false}`:                false,
		`url: "lambda://f/a?region=us-east-1", protocol: openai-embeddings, openai: {model: m}`:                         false,
		`url: "lambda://f/a?region=us-east-1", lambda: {stream: false}, protocol: openai-chat, openai: {model: m}`:      false,
		`url: "lambda://f?region=us-east-1", lambda: {stream: true}`:                                                    true,
		`url: "lambda://f/a?region=us-east-1", lambda: {stream: true}, headers: {a: b}, bearerFrom: A, http: {body: a}`: true,
	} {
		s, err := Load("suite.yaml", suiteWith(target))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := s.Spec.Targets[0].Lambda; got == nil || *got.Stream != want {
			t.Errorf("%s: %+v", target, got)
		}
		if err := Validate("with its defaults", s); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestAuthDefaults(t *testing.T) {
	s, err := Load("suite.yaml", suiteWith(`url: "https://abc1.lambda-url.eu-west-1.on.aws/", auth: {aws: {}}}, {name: b, url: "https://svc.example:8443/a?b", auth: {idToken: {}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Spec.Targets[0].Auth.AWS; got.Region != "eu-west-1" || got.Service != "lambda" {
		t.Errorf("%+v", got)
	}
	if got := s.Spec.Targets[1].Auth.IDToken; got.Audience != "https://svc.example:8443" {
		t.Errorf("%+v", got)
	}
}

const linear = `protocol: inference, inference: {model: m, inputs: [{name: x, datatype: FP32, shape: [-1, 4], data: "[1]"}]}`

func TestInferenceTargets(t *testing.T) {
	for _, url := range []string{"grpc://127.0.0.1:9000", "grpcs://svc.example:443", "http://127.0.0.1:80", "http://127.0.0.1/v2/models/m/infer", "lambda://f/v2/models/m/infer?region=us-east-1"} {
		s, err := Load("suite.yaml", suiteWith(`url: "`+url+`", `+linear))
		if err != nil {
			t.Error(err)
			continue
		}
		if err := Validate("again", s); err != nil {
			t.Error(err)
		}
	}
	for target, want := range map[string]string{
		`url: "grpc://127.0.0.1:9000"`:                                                                                       "spec.targets[0].protocol: expected inference",
		`url: "grpc://127.0.0.1", ` + linear:                                                                                 "spec.targets[0].url: expected host and port alone",
		`url: "grpc://127.0.0.1:9000/v2", ` + linear:                                                                         "spec.targets[0].url: expected host and port alone",
		`url: "grpc://h:1", connection: {http: "2"}, ` + linear:                                                              "spec.targets[0].connection.http: has no meaning with gRPC",
		`url: "grpc://h:1", expect: {status: 200}, ` + linear:                                                                "spec.targets[0].expect.status: has no meaning with gRPC",
		`url: "grpc://h:1", auth: {aws: {region: us-east-1}}, ` + linear:                                                     "spec.targets[0].auth.aws: signs HTTP requests",
		`url: "http://h/", protocol: inference`:                                                                              "spec.targets[0].inference: is required with protocol inference",
		`url: "http://h/", inference: {model: m, inputs: [{name: x, datatype: FP32, shape: [1]}]}`:                           "spec.targets[0].inference: belongs to protocol inference",
		`url: "http://h/", protocol: inference, inference: {model: m, inputs: [{name: x, datatype: FP32, shape: [-1, -1]}]}`: "inputs[0].shape: expected one size or more, of which at most one is -1",
		`url: "http://h/", protocol: inference, inference: {model: m, inputs: [{name: x, datatype: FP32, shape: [0]}]}`:      "inputs[0].shape: expected sizes above 0",
		`url: "http://h/", protocol: inference, inference: {model: m, inputs: [{name: x, datatype: FP16, shape: [1]}]}`:      "inputs[0].datatype",
		`url: "http://h/", protocol: inference, inference: {model: m, inputs: []}`:                                           "spec.targets[0].inference.inputs: expected at least one",
		`url: "http://h/", http: {body: a}, ` + linear:                                                                       "spec.targets[0].http: belongs to protocol http",
	} {
		_, err := Load("suite.yaml", suiteWith(target))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error\n%v\nwant one with\n%s", target, err, want)
		}
	}
}
