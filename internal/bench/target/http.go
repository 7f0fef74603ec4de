package target

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// httpTarget is an endpoint that is asked over HTTP, or over what carries HTTP.
type httpTarget struct {
	name      string
	method    string
	url       *url.URL
	header    http.Header
	body      body
	reply     reply
	transport wire.Transport
	fast      *FastPath // nil where requests differ, or need more than to be written
	instances instances
	// prepare completes a request, whose header and URL it must copy before it changes them; nil for nothing to do.
	prepare func(req *http.Request, body []byte) error
	// open takes the answer out of what carries it; nil where nothing does.
	open func(res *http.Response, now func() time.Duration, r *record.Record) error
}

// Interrupt ends the exchanges under way.
func (t *httpTarget) Interrupt() { t.transport.Interrupt() }

// Close closes the connections.
func (t *httpTarget) Close() { t.transport.Close() }

func newHTTPTarget(t v1alpha1.Target, access Access) (*httpTarget, error) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", t.Name, err)
	}
	made := &httpTarget{name: t.Name, url: u, method: http.MethodPost, header: http.Header{}}
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
