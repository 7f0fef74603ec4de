package container_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/container"
)

func TestIDTokens(t *testing.T) {
	issuer, err := container.NewIssuer()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := container.NewIssuer()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, container.Config{Issuer: issuer, Invokers: []string{"caller@lab.example"}, Audiences: []string{"custom"}})
	deploy(t, s, container.Revision{})
	token := func(i *container.Issuer, email, audience string, validity time.Duration) func(*http.Request) {
		text, err := i.Token(email, audience, validity)
		if err != nil {
			t.Fatal(err)
		}
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+text) }
	}
	const caller = "caller@lab.example"
	for name, c := range map[string]struct {
		status int
		with   func(*http.Request)
	}{
		"no token":          {http.StatusForbidden, func(*http.Request) {}},
		"no bearer":         {http.StatusUnauthorized, func(r *http.Request) { r.SetBasicAuth("a", "b") }},
		"no such key":       {http.StatusUnauthorized, token(stranger, caller, s.URL(), time.Hour)},
		"another audience":  {http.StatusUnauthorized, token(issuer, caller, "http://elsewhere.example", time.Hour)},
		"expired":           {http.StatusUnauthorized, token(issuer, caller, s.URL(), -time.Hour)},
		"no invoker":        {http.StatusForbidden, token(issuer, "other@lab.example", s.URL(), time.Hour)},
		"the service's URL": {http.StatusOK, token(issuer, caller, s.URL(), time.Hour)},
		"a custom audience": {http.StatusOK, token(issuer, caller, "custom", time.Hour)},
	} {
		t.Run(name, func(t *testing.T) { want(t, s.URL()+"/sleep", c.status, "", c.with) })
	}
	if got := want(t, s.URL()+"/header?name=Authorization", http.StatusOK, "", token(issuer, caller, s.URL(), time.Hour)); !strings.HasSuffix(got, ".SIGNATURE_REMOVED") {
		t.Errorf("the instance got %q", got)
	}
}
