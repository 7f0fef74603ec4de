package suitefile

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

var functionURLHost = regexp.MustCompile(`^[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.on\.aws$`)

// regionOfFunctionURL is "" for another URL.
func regionOfFunctionURL(u *url.URL) string {
	if found := functionURLHost.FindStringSubmatch(u.Hostname()); found != nil {
		return found[1]
	}
	return ""
}

func validateAuth(a *v1alpha1.Auth, r *strictyaml.Report, path string, t *v1alpha1.Target) {
	if (a.AWS == nil) == (a.IDToken == nil) {
		r.Reject(path, "expected exactly one of aws and idToken", path)
		return
	}
	if t.BearerFrom != "" {
		r.Reject(path, "contradicts bearerFrom: a request has one way to prove who sends it", path)
	}
	if isLambda(t) {
		r.Reject(path, "belongs to other URLs: an invocation is signed anyway; leave it out", path)
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
		r.Reject(strictyaml.FieldPath(path, "aws.region"), fmt.Sprintf("expected the region to sign for, such as us-east-1, got %s: only the host of a function URL tells it", strictyaml.Quoted(region)))
	}
}

func defaultAuth(a *v1alpha1.Auth, targetURL string) {
	u, err := url.Parse(targetURL)
	if err != nil {
		return
	}
	if a.AWS != nil {
		a.AWS.Service = cmp.Or(a.AWS.Service, "lambda")
		a.AWS.Region = cmp.Or(a.AWS.Region, regionOfFunctionURL(u))
	}
	if a.IDToken != nil {
		a.IDToken.Audience = cmp.Or(a.IDToken.Audience, u.Scheme+"://"+u.Host)
	}
}
