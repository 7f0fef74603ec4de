package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestSignedRequests: with a body and without, with a query that has to be put in order, and headers of one's own.
func TestSignedRequests(t *testing.T) {
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = checkSignature(r, body, "lambda", "eu-west-1")
		}
		if err != nil || r.Header.Get("X-Amz-Security-Token") != "session" {
			t.Errorf("%s: %v", r.URL, err)
			w.WriteHeader(http.StatusForbidden)
		}
	})
	auth := &v1alpha1.Auth{AWS: &v1alpha1.AWSAuth{Region: "eu-west-1"}}
	for _, spec := range []v1alpha1.Target{
		{URL: s.URL},
		{URL: s.URL + "/a%20b/c?z=1&a=2&a=1", HTTP: &v1alpha1.HTTPRequest{Body: `{"n": {{.Sequence}}}`}, Headers: map[string]string{"x-team": "search"}},
	} {
		spec.Name, spec.Auth = "a", auth
		for _, r := range runOf(t, suiteOf(100, 0.1, spec), map[string]target.Access{"a": {AWS: testKey}}).Records {
			if r.Kind != record.OK {
				t.Errorf("%s: %s", spec.URL, r.Kind)
			}
		}
	}
}

type countedTokens struct{ n atomic.Int64 }

func (c *countedTokens) Token(context.Context) (string, error) {
	if n := c.n.Add(1); n <= 5 {
		return fmt.Sprint("token", n), nil
	}
	return "", errors.New("the metadata server is gone")
}

// TestTokensAreAskedForEachTime, and one that cannot be had is no fault of the target.
func TestTokensAreAskedForEachTime(t *testing.T) {
	seen := map[string]bool{}
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) { seen[r.Header.Get("Authorization")] = true })
	spec := v1alpha1.Target{Name: "a", URL: s.URL, Auth: &v1alpha1.Auth{IDToken: new(v1alpha1.IDTokenAuth)}}
	l := runOf(t, suiteOf(20, 0.45, spec), map[string]target.Access{"a": {Tokens: new(countedTokens)}})
	counts := map[record.Kind]int{}
	for _, r := range l.Records {
		counts[r.Kind]++
	}
	if counts[record.OK] != 5 || counts[record.Other] != len(l.Records)-5 || len(seen) != 5 || !seen["Bearer token5"] {
		t.Errorf("%v, tokens %v", counts, seen)
	}
	if text := l.End.Examples["other"]; !strings.Contains(text, "the metadata server is gone") {
		t.Errorf("example %q", text)
	}
}

// TestNothingToSignWith is said before the run.
func TestNothingToSignWith(t *testing.T) {
	spec := v1alpha1.Target{Name: "a", URL: "http://127.0.0.1:1/", Auth: &v1alpha1.Auth{AWS: &v1alpha1.AWSAuth{Region: "eu-west-1"}}}
	_, err := Run(t.Context(), inputOf(t, suiteOf(10, 0.1, spec), nil), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "target a: expected AWS credentials") {
		t.Errorf("error %v", err)
	}
	gone := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("gone") })
	l := runOf(t, suiteOf(10, 0.1, spec), map[string]target.Access{"a": {AWS: gone}})
	if r := l.Records[0]; r.Kind != record.Other || !strings.Contains(l.End.Examples["other"], "reading AWS credentials: gone") {
		t.Errorf("%+v %v", r, l.End.Examples)
	}
}
