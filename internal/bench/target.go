package bench

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// Access is what a target needs that does not belong into a suite file.
type Access struct {
	// Bearer is the token to send; "" for none.
	Bearer string
	// Tokens give the token to send where it is renewed; nil for none.
	Tokens TokenSource
	// Roots are the certificates to trust; nil for the system's.
	Roots *x509.CertPool
	// AWS are the credentials to sign with; nil where nothing is signed.
	AWS aws.CredentialsProvider
	// Endpoint is asked for functions instead of what their URL says; "" for that.
	Endpoint string
}

// client asks an endpoint.
type client interface {
	// exchange sends one request and fills the record in. It returns the error behind a failure, if there is one.
	exchange(ctx context.Context, timeout time.Duration, j job, start time.Time, r *record.Record) error
	// close closes connections.
	close()
}

func (t *target) close() { t.transport.close() }

// target is an endpoint that is asked over HTTP, or over what carries HTTP.
type target struct {
	name      string
	method    string
	url       *url.URL
	header    http.Header
	body      body
	reply     reply
	transport transport
	standby   *standby // nil where requests differ, or need more than to be written
	instances instances
	// prepare completes a request, whose header and URL it must copy before it changes them; nil for nothing to do.
	prepare func(req *http.Request, body []byte) error
	// open takes the answer out of what carries it; nil where nothing does.
	open func(res *http.Response, now func() time.Duration, r *record.Record) error
}

func newTarget(t v1alpha1.Target, access Access, maxInFlight int) (client, error) {
	if t.IsGRPC() {
		return newGRPCTarget(t, access)
	}
	made, err := newHTTPTarget(t, access)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Auth != nil && t.Auth.AWS != nil:
		signer, err := newAWSSigner(access.AWS, t.Auth.AWS.Service, t.Auth.AWS.Region)
		if err != nil {
			return nil, fmt.Errorf("target %s: %w", t.Name, err)
		}
		made.prepare = signer.prepare
	case access.Tokens != nil:
		made.prepare = bearerOf(access.Tokens)
	case t.Lambda != nil:
		if err := made.overLambda(t, access); err != nil {
			return nil, fmt.Errorf("target %s: %w", t.Name, err)
		}
	}
	made.transport = newTransport(made.url, t.Connection, access, maxInFlight)
	if t.HTTP != nil && isFixed(t.HTTP.Body) && made.prepare == nil && made.open == nil {
		made.standby = newStandby(made)
	}
	return made, nil
}

func newHTTPTarget(t v1alpha1.Target, access Access) (*target, error) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", t.Name, err)
	}
	made := &target{name: t.Name, url: u, method: http.MethodPost, header: http.Header{}}
	made.instances.header = t.InstanceHeader
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
	if t.Inference != nil {
		return made, made.inference(t.Inference)
	}
	made.method = t.HTTP.Method
	if t.HTTP.Body != "" {
		made.header.Set("Content-Type", t.HTTP.ContentType)
		if made.body, err = templateBody(t.HTTP.Body); err != nil {
			return nil, fmt.Errorf("target %s: http.body: %w", t.Name, err)
		}
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
