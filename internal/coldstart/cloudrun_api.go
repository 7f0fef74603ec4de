package coldstart

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// runAPI is the part of the Cloud Run Admin API, version 2, that is needed (projects.locations.services and operations).
type runAPI struct {
	endpoint string
	client   *http.Client
	token    func(context.Context) (string, error)
}

// runService has the fields of a Service that are needed. The template is kept whole, to be written back.
type runService struct {
	Template    map[string]any `json:"template"`
	Traffic     []runTraffic   `json:"traffic"`
	Ready       string         `json:"latestReadyRevision"`
	Reconciling bool           `json:"reconciling"`
	Etag        string         `json:"etag"`
}

type runTraffic struct {
	Type     string `json:"type"`
	Revision string `json:"revision"`
	Percent  int    `json:"percent"`
}

// runOperation is a google.longrunning.Operation.
type runOperation struct {
	Name  string `json:"name"`
	Done  bool   `json:"done"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func (s *runService) annotation() (string, bool) {
	all, _ := s.Template["annotations"].(map[string]any)
	value, ok := all[annotation].(string)
	return value, ok
}

// with returns the template with another annotation, or without it. The name of a revision is for that one alone.
func (s *runService) with(value *string) map[string]any {
	template := maps.Clone(s.Template)
	if template == nil {
		template = map[string]any{}
	}
	delete(template, "revision")
	before, _ := template["annotations"].(map[string]any)
	all := maps.Clone(before)
	if all == nil {
		all = map[string]any{}
	}
	if value != nil {
		all[annotation] = *value
	} else {
		delete(all, annotation)
	}
	template["annotations"] = all
	return template
}

// base is the last part of a resource's name.
func base(name string) string { return path.Base(name) }

func (a *runAPI) service(ctx context.Context, name string) (*runService, error) {
	var s runService
	if err := a.call(ctx, http.MethodGet, "/v2/"+name, nil, &s); err != nil {
		return nil, fmt.Errorf("reading service %s: %w", name, err)
	}
	return &s, nil
}

// patch replaces the template. The etag makes it fail if somebody else changed the service meanwhile.
func (a *runAPI) patch(ctx context.Context, name string, template map[string]any, etag string) (runOperation, error) {
	var o runOperation
	in := map[string]any{"name": name, "template": template, "etag": etag}
	if err := a.call(ctx, http.MethodPatch, "/v2/"+name+"?updateMask=template", in, &o); err != nil {
		return o, fmt.Errorf("changing service %s: %w", name, err)
	}
	return o, nil
}

// wait polls an operation until it is done. Its error is that of the operation.
func (a *runAPI) wait(ctx context.Context, o runOperation) error {
	for !o.Done {
		if err := pause(ctx, poll); err != nil {
			return err
		}
		if err := a.call(ctx, http.MethodGet, "/v2/"+o.Name, nil, &o); err != nil {
			return err
		}
	}
	if o.Error != nil {
		return errors.New(o.Error.Message)
	}
	return nil
}

// maxAnswer bounds an answer of the API: a template is far smaller.
const maxAnswer = 4 << 20

// call sends one request and reads its answer.
func (a *runAPI) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.endpoint+path, body)
	if err != nil {
		return err
	}
	if err := a.authorize(req); err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		var failed runOperation
		if json.Unmarshal(data, &failed) == nil && failed.Error != nil {
			return fmt.Errorf("%s: %s", res.Status, failed.Error.Message)
		}
		return errors.New(res.Status)
	}
	return json.Unmarshal(data, out)
}

// authorize adds the token. It is sent without TLS only to this machine.
func (a *runAPI) authorize(req *http.Request) error {
	token, err := a.token(req.Context())
	if err != nil {
		return fmt.Errorf("fetching an access token of Google Cloud: %w; or name an environment variable that holds one with tokenFrom", err)
	}
	if req.URL.Scheme != "https" && !isLoopback(req.URL) {
		return fmt.Errorf("expected an endpoint with https, got %s: the token would be readable on its way", a.endpoint)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// defaultToken finds the application default credentials of Google Cloud when they are needed for the first time.
func defaultToken() func(context.Context) (string, error) {
	var source oauth2.TokenSource
	return func(ctx context.Context) (string, error) {
		if source == nil {
			found, err := google.DefaultTokenSource(context.WithoutCancel(ctx), "https://www.googleapis.com/auth/cloud-platform")
			if err != nil {
				return "", err
			}
			source = found
		}
		token, err := source.Token()
		if err != nil {
			return "", err
		}
		return token.AccessToken, nil
	}
}
