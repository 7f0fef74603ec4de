package v1alpha1

import (
	"fmt"
	"net/url"
	"regexp"
)

// Auth is how requests prove who sends them: exactly one way. The keys come from the environment.
type Auth struct {
	// AWS signs each request (Signature Version 4), as a function URL of Lambda wants it, with the credentials that AWS's own
	// tools would find.
	AWS *AWSAuth `json:"aws,omitempty"`
	// IDToken sends an ID token of Google, as Cloud Run wants it: for the service account whose key
	// GOOGLE_APPLICATION_CREDENTIALS names, else from the metadata server.
	IDToken *IDTokenAuth `json:"idToken,omitempty"`
}

// AWSAuth says what is signed for.
type AWSAuth struct {
	// Service is the name that it signs by. Default: lambda.
	Service string `json:"service,omitempty"`
	// Region is where it is. Default: as in the host of a function URL (ID.lambda-url.REGION.on.aws).
	Region string `json:"region,omitempty"`
}

// IDTokenAuth says whom a token is for.
type IDTokenAuth struct {
	// Audience is the URL of the service, or a custom audience of it. Default: scheme and host of the target's URL.
	Audience string `json:"audience,omitempty"`
}

var functionURLHost = regexp.MustCompile(`^[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.on\.aws$`)

// regionOfFunctionURL is "" for another URL.
func regionOfFunctionURL(u *url.URL) string {
	if found := functionURLHost.FindStringSubmatch(u.Hostname()); found != nil {
		return found[1]
	}
	return ""
}

func (a *Auth) validate(r *report, path string, t *Target) {
	if (a.AWS == nil) == (a.IDToken == nil) {
		r.reject(path, "expected exactly one of aws and idToken", path)
		return
	}
	if t.BearerFrom != "" {
		r.reject(path, "contradicts bearerFrom: a request has one way to prove who sends it", path)
	}
	if t.isLambda() {
		r.reject(path, "belongs to other URLs: an invocation is signed anyway; leave it out", path)
		return
	}
	u, err := url.Parse(t.URL)
	if err != nil || a.AWS == nil {
		return // the URL was refused already
	}
	region := a.AWS.Region
	if region == "" {
		region = regionOfFunctionURL(u)
	}
	if !regionName.MatchString(region) {
		r.reject(fieldPath(path, "aws.region"), fmt.Sprintf("expected the region to sign for, such as us-east-1, got %s: only the host of a function URL tells it", quoted(region)))
	}
}

func (a *Auth) applyDefaults(targetURL string) {
	u, err := url.Parse(targetURL)
	if err != nil {
		return
	}
	if a.AWS != nil {
		setDefault(&a.AWS.Service, "lambda")
		setDefault(&a.AWS.Region, regionOfFunctionURL(u))
	}
	if a.IDToken != nil {
		setDefault(&a.IDToken.Audience, u.Scheme+"://"+u.Host)
	}
}
