package coldstart

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

const infer = "projects/p/locations/l/services/infer"

// admin answers for a service whose JSON is given, and gives it a new revision with every patch.
func admin(t *testing.T, body string) (*service, *[]map[string]any) {
	t.Helper()
	var patched []map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer secret":
			http.Error(w, "{}", http.StatusForbidden)
		case r.Method == http.MethodPatch:
			var in map[string]any
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Error(err)
			}
			patched = append(patched, in)
			body = strings.ReplaceAll(body, "infer-1", "infer-2")
			_, _ = w.Write([]byte(`{"name": "operations/1", "done": true}`))
		default:
			_, _ = w.Write([]byte(body))
		}
	}))
	t.Cleanup(server.Close)
	f, err := Open(v1alpha1.Target{Name: "a", ColdStart: &v1alpha1.ColdStartMethod{
		CloudRun: &v1alpha1.CloudRunColdStart{Service: infer, Endpoint: server.URL, TokenFrom: "TOKEN"},
	}}, Environment{Variable: func(string) string { return "secret" }})
	if err != nil {
		t.Fatal(err)
	}
	return f.(*service), &patched
}

func answered(context.Context) record.Record {
	return record.Record{Kind: record.OK, Sent: time.Second, FirstByte: 2 * time.Second, LastByte: 2 * time.Second}
}

// TestTemplateIsKept: only the annotation differs, and what was there is put back; the name of a revision is not used again.
func TestTemplateIsKept(t *testing.T) {
	s, patched := admin(t, `{"template": {"revision": "infer-1", "containers": [{"image": "a", "new": 1}], "annotations": {"team": "b"}},
  "latestReadyRevision": "infer-1", "etag": "7"}`)
	c, err := s.Force(t.Context(), noClock, answered)
	if err != nil || !c.Confirmed || c.Evidence != "revision infer-2 was started, became ready and has all traffic" {
		t.Errorf("%+v %v", c, err)
	}
	if err := s.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(*patched) != 2 {
		t.Fatalf("%v", *patched)
	}
	for i, in := range *patched {
		template := in["template"].(map[string]any)
		all := template["annotations"].(map[string]any)
		_, marked := all[annotation]
		if template["revision"] != nil || template["containers"] == nil || all["team"] != "b" || marked != (i == 0) || in["etag"] != "7" {
			t.Errorf("patch %d: %v", i, in)
		}
	}
}

// TestUncheckedDeployment starts nothing: the request meets the start, which nobody shows.
func TestUncheckedDeployment(t *testing.T) {
	s, _ := admin(t, `{"template": {"healthCheckDisabled": true}, "latestReadyRevision": "infer-1"}`)
	c, err := s.Force(t.Context(), noClock, answered)
	if err != nil || c.Confirmed || len(c.Phases) != 1 || c.Phases[0].At != time.Second {
		t.Errorf("%+v %v", c, err)
	}
}

func TestServicesThatCannotBeForced(t *testing.T) {
	for body, want := range map[string]string{
		`{"traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "infer-1", "percent": 100}]}`: "100 % of its traffic go to revision infer-1 by name",
		`{"reconciling": true}`: "a deployment is under way",
	} {
		s, patched := admin(t, body)
		_, err := s.Force(t.Context(), noClock, neverAsked(t))
		if err == nil || !strings.Contains(err.Error(), want) || len(*patched) > 0 {
			t.Errorf("error %v, changed %v", err, *patched)
		}
		if err := s.Restore(t.Context()); err != nil || len(*patched) > 0 {
			t.Errorf("%v %v", err, *patched)
		}
	}
}

// TestTokenStaysSecret: it is not sent in the clear to another machine, and a missing one is said at once.
func TestTokenStaysSecret(t *testing.T) {
	c := v1alpha1.CloudRunColdStart{Service: infer, Endpoint: "http://192.0.2.1", TokenFrom: "TOKEN"}
	s, err := openCloudRun(c, Environment{Variable: func(string) string { return "secret" }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Force(t.Context(), noClock, neverAsked(t)); err == nil || !strings.Contains(err.Error(), "expected an endpoint with https, got http://192.0.2.1") || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
	if _, err := openCloudRun(c, Environment{Variable: func(string) string { return "" }}); err == nil || !strings.Contains(err.Error(), "TOKEN is not set") {
		t.Errorf("error %v", err)
	}
}
