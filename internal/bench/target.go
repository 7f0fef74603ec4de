package bench

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// Access is what a target needs that does not belong into a suite file.
type Access struct {
	// Bearer is the token to send; "" for none.
	Bearer string
	// Roots are the certificates to trust; nil for the system's.
	Roots *x509.CertPool
}

// target is an endpoint that can be asked.
type target struct {
	name      string
	method    string
	url       *url.URL
	header    http.Header
	body      body
	reply     reply
	transport transport
	standby   *standby // nil where requests differ, or need more than to be written
}

func newTarget(t v1alpha1.Target, access Access, maxInFlight int) (*target, error) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", t.Name, err)
	}
	made := &target{name: t.Name, url: u, method: http.MethodPost, header: http.Header{}, transport: newTransport(u, t.Connection, access, maxInFlight)}
	made.reply = reply{status: t.Expect.Status, contentType: t.Expect.ContentType, json: t.Expect.JSON}
	for name, value := range t.Headers {
		made.header.Set(name, value)
	}
	if access.Bearer != "" {
		made.header.Set("Authorization", "Bearer "+access.Bearer)
	}
	if made.header.Get("User-Agent") == "" {
		made.header.Set("User-Agent", "fulcrum-bench")
	}
	if t.OpenAI != nil {
		made.header.Set("Content-Type", "application/json")
		made.body = openAIBody(t.Protocol, t.OpenAI)
		made.reply.openAI(t.Protocol, *t.OpenAI.Stream)
		return made, nil
	}
	made.method = t.HTTP.Method
	if t.HTTP.Body != "" {
		made.header.Set("Content-Type", t.HTTP.ContentType)
		if made.body, err = templateBody(t.HTTP.Body); err != nil {
			return nil, fmt.Errorf("target %s: http.body: %w", t.Name, err)
		}
	}
	if isFixed(t.HTTP.Body) {
		made.standby = newStandby(made)
	}
	return made, nil
}

// newTransport returns what speaks the version of HTTP that the target asks for.
func newTransport(u *url.URL, c v1alpha1.Connection, access Access, maxInFlight int) transport {
	if c.HTTP == "2" || c.HTTP == "h2c" {
		return newStandardTransport(c, access, maxInFlight)
	}
	return newHTTP1Transport(u, c, access)
}
