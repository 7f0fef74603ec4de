package container

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"sync"
)

// Admin is the part of the Cloud Run Admin API, version 2, that changes a service: services.get, services.patch with the
// template, and operations.get. As there, a template that differs makes a revision, an instance of which is started before
// it gets the traffic, and a patch is an operation to be polled.
type Admin struct {
	name    string // projects/P/locations/L/services/S
	service *Service
	spec    Revision
	token   string

	mu         sync.Mutex
	working    sync.WaitGroup // operations
	template   map[string]any
	generation int
	ready      string // the revision that has all traffic
	operations []*operation
}

// operation is a google.longrunning.Operation.
type operation struct {
	Name  string `json:"name"`
	Done  bool   `json:"done"`
	Error *fault `json:"error,omitempty"`
}

// fault is a google.rpc.Status, with the HTTP status in the place of the code, as REST errors have it.
type fault struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Status  string `json:"status,omitempty"`
}

// NewAdmin deploys a first revision of a service, and answers for it. The name is as in projects/P/locations/L/services/S; the
// token is the access token that callers must have.
func NewAdmin(ctx context.Context, name string, s *Service, spec Revision, token string) (*Admin, error) {
	revision, err := s.Deploy(ctx, spec)
	if err != nil {
		return nil, err
	}
	return &Admin{name: name, service: s, spec: spec, token: token, template: map[string]any{}, generation: 1, ready: revision}, nil
}

// Wait returns when no operation is under way.
func (a *Admin) Wait() { a.working.Wait() }

// Template is what the service's next revision would have been made of.
func (a *Admin) Template() map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.template
}

// ServeHTTP answers the API's requests.
func (a *Admin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+a.token {
		refuse(w, fault{http.StatusUnauthorized, "Request had invalid authentication credentials.", "UNAUTHENTICATED"})
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/v2/"+a.name:
		say(w, a.describe())
	case r.Method == http.MethodPatch && r.URL.Path == "/v2/"+a.name:
		a.patch(w, r)
	case r.Method == http.MethodGet:
		for _, o := range a.operations {
			if r.URL.Path == "/v2/"+o.Name {
				say(w, o)
				return
			}
		}
		fallthrough
	default:
		refuse(w, fault{http.StatusNotFound, fmt.Sprintf("Resource '%s' was not found", r.URL.Path), "NOT_FOUND"})
	}
}

// describe is the Service. The caller holds mu, as below.
func (a *Admin) describe() map[string]any {
	return map[string]any{
		"name": a.name, "generation": strconv.Itoa(a.generation), "etag": a.etag(), "template": a.template,
		"traffic":             []map[string]any{{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}},
		"latestReadyRevision": a.name + "/revisions/" + a.ready, "reconciling": a.reconciling(),
	}
}

func (a *Admin) etag() string { return fmt.Sprintf("%q", strconv.Itoa(a.generation)) }

func (a *Admin) reconciling() bool {
	return len(a.operations) > 0 && !a.operations[len(a.operations)-1].Done
}

func (a *Admin) patch(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Template map[string]any `json:"template"`
		Etag     string         `json:"etag"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in)
	switch {
	case err != nil || r.URL.Query().Get("updateMask") != "template":
		refuse(w, fault{http.StatusBadRequest, "expected JSON, and updateMask=template", "INVALID_ARGUMENT"})
		return
	case in.Etag != "" && in.Etag != a.etag():
		refuse(w, fault{http.StatusConflict, "The resource was changed by somebody else: its etag is another one.", "ABORTED"})
		return
	}
	project := a.name[:len(a.name)-len("/services/")-len(a.service.config.Name)]
	o := &operation{Name: fmt.Sprintf("%s/operations/%d", project, len(a.operations)+1), Done: reflect.DeepEqual(in.Template, a.template)}
	a.operations = append(a.operations, o)
	if !o.Done {
		a.template = in.Template
		a.generation++
		a.working.Go(func() { a.deploy(o) })
	}
	say(w, o)
}

// deploy makes the revision, and ends the operation.
func (a *Admin) deploy(o *operation) {
	revision, err := a.service.Deploy(context.Background(), a.spec) // ends with the service at the latest
	a.mu.Lock()
	defer a.mu.Unlock()
	if o.Done = true; err != nil {
		o.Error = &fault{Code: 9, Message: err.Error()}
		return
	}
	a.ready = revision
}

func say(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a caller who is gone needs none
}

func refuse(w http.ResponseWriter, f fault) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Code)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": f})
}
