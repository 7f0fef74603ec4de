package main

import (
	"path/filepath"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
)

// withoutAWS takes away every source of credentials.
func withoutAWS(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_LAMBDA": "",
	} {
		t.Setenv(name, value)
	}
}

func lambdaTarget(url string) *v1alpha1.Target {
	return &v1alpha1.Target{Name: "fn", URL: url, Lambda: new(v1alpha1.LambdaInvoke)}
}

func TestAWSAccess(t *testing.T) {
	withoutAWS(t)
	const url = "lambda://f?region=eu-west-1"
	var a target.Access
	if err := awsAccess(t.Context(), lambdaTarget(url), &a); err == nil || !strings.Contains(err.Error(), "target fn: there are no AWS credentials: set AWS_ACCESS_KEY_ID") {
		t.Errorf("without a key: %v", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKID")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	check := func(url, want string) {
		t.Helper()
		a = target.Access{}
		if err := awsAccess(t.Context(), lambdaTarget(url), &a); err != nil || a.Endpoint != want {
			t.Errorf("%s: endpoint %q, %v; want %s", url, a.Endpoint, err, want)
		}
		if key, err := a.AWS.Retrieve(t.Context()); err != nil || key.AccessKeyID != "AKID" {
			t.Errorf("%s: %v", url, err)
		}
	}
	check(url, "https://lambda.eu-west-1.amazonaws.com")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1/")
	check(url, "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:2")
	check(url, "http://127.0.0.1:2")
	check(url+"&endpoint=http://127.0.0.1:3", "http://127.0.0.1:3")
}

// TestConfirmOfFunctions: what is asked is the endpoint, wherever it was set.
func TestConfirmOfFunctions(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	in := asking("lambda://f?region=eu-west-1")
	for endpoint, want := range map[string]string{
		"https://lambda.eu-west-1.amazonaws.com": "before load goes to lambda.eu-west-1.amazonaws.com: add --yes", "http://127.0.0.1:9001": "",
	} {
		in.Access = map[string]target.Access{"": {Endpoint: endpoint}}
		err := confirm(streams{in: strings.NewReader(""), err: new(strings.Builder)}, in, false)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}
