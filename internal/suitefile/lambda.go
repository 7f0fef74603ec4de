package suitefile

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// LambdaURL is a function behind the Invoke API of AWS Lambda, written as
// lambda://FUNCTION[/PATH]?region=REGION[&qualifier=QUALIFIER][&endpoint=URL].
type LambdaURL struct {
	// Function is its name, Region where it is, Qualifier a version or an alias; "" for $LATEST.
	Function, Region, Qualifier string
	// Path makes the payload an event that is an HTTP request to this path; "" hands the body over as it is.
	Path string
	// Endpoint is asked instead of that of the region; "" for that.
	Endpoint string
}

var (
	functionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	regionName   = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
)

// ParseLambdaURL reads a URL with the scheme lambda. Its errors say what a right one looks like.
func ParseLambdaURL(text string) (LambdaURL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "lambda" || u.User != nil || u.Fragment != "" {
		return LambdaURL{}, errors.New("expected lambda://FUNCTION?region=REGION, such as lambda://infer?region=us-east-1")
	}
	l := LambdaURL{Function: u.Host, Path: u.Path}
	if !functionName.MatchString(l.Function) {
		return l, fmt.Errorf("expected the name of a function after lambda://, such as lambda://infer?region=us-east-1, got %s: "+
			"of an ARN, take the name, and the version or alias as qualifier", strictyaml.Quoted(l.Function))
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return l, fmt.Errorf("expected region, qualifier and endpoint after the ?: %w", err)
	}
	for name, values := range query {
		switch name {
		case "region":
			l.Region = values[0]
		case "qualifier":
			l.Qualifier = values[0]
		case "endpoint":
			l.Endpoint = strings.TrimSuffix(values[0], "/")
		default:
			return l, fmt.Errorf("expected only region, qualifier and endpoint after the ?, got %s", strictyaml.Quoted(name))
		}
		if len(values) > 1 || values[0] == "" {
			return l, fmt.Errorf("expected one value of %s after the ?", name)
		}
	}
	if !regionName.MatchString(l.Region) {
		return l, fmt.Errorf("expected the region of the function, such as lambda://%s?region=us-east-1, got %s", l.Function, strictyaml.Quoted(l.Region))
	}
	return l, l.checkEndpoint()
}

func (l *LambdaURL) checkEndpoint() error {
	if l.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(l.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
		return fmt.Errorf("expected an endpoint with http or https, such as endpoint=http://127.0.0.1:9001, got %s", strictyaml.Quoted(l.Endpoint))
	}
	return nil
}

// Base is the endpoint that is asked.
func (l *LambdaURL) Base() string {
	if l.Endpoint != "" {
		return l.Endpoint
	}
	domain := "amazonaws.com"
	if strings.HasPrefix(l.Region, "cn-") {
		domain += ".cn"
	}
	return "https://lambda." + l.Region + "." + domain
}

func isLambda(t *v1alpha1.Target) bool { return t.Scheme() == "lambda" }

// isBareLambda reports a function that gets the body as its payload, with nothing of HTTP around it.
func isBareLambda(t *v1alpha1.Target) bool {
	l, err := ParseLambdaURL(t.URL)
	return err == nil && l.Path == ""
}
