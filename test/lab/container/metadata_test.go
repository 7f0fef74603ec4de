package container_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"fulcrum.dev/fulcrum/test/lab/container"
)

// TestMetadata: what the metadata server gives away opens a service, and it gives nothing to a page in a browser.
func TestMetadata(t *testing.T) {
	issuer, err := container.NewIssuer()
	if err != nil {
		t.Fatal(err)
	}
	const email = "caller@lab.example"
	s := start(t, container.Config{Issuer: issuer, Invokers: []string{email}})
	deploy(t, s, container.Revision{})
	m := httptest.NewServer(issuer.Metadata(email))
	defer m.Close()
	path := func(account, audience string) string {
		return m.URL + "/computeMetadata/v1/instance/service-accounts/" + account + "/identity?audience=" + url.QueryEscape(audience)
	}
	flavored := func(r *http.Request) { r.Header.Set("Metadata-Flavor", "Google") }
	token := want(t, path("default", s.URL()), http.StatusOK, "", flavored)
	want(t, s.URL()+"/sleep", http.StatusOK, "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	want(t, path(email, s.URL()), http.StatusOK, "", flavored)
	want(t, path("other@lab.example", s.URL()), http.StatusNotFound, "", flavored)
	want(t, path("default", ""), http.StatusBadRequest, "", flavored)
	want(t, path("default", s.URL()), http.StatusForbidden, "", func(*http.Request) {})
}
