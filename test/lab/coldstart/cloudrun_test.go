package coldstart_test

import (
	"context"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/test/lab/container"
)

const serviceName = "projects/p/locations/europe-west1/services/infer"

// token reads the access token as from an environment.
func token(string) string { return "secret" }

// service makes this test binary a container behind a URL, with the API that deploys it.
func service(t *testing.T) (*container.Admin, v1alpha1.Target) {
	t.Helper()
	s := container.New(container.Config{Name: "infer"})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	spec := container.Revision{Command: []string{self}, Variables: map[string]string{"SLOW_START": "300"}}
	a, err := container.NewAdmin(t.Context(), serviceName, s, spec, token(""))
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(a)
	t.Cleanup(api.Close)
	t.Cleanup(a.Wait)
	return a, v1alpha1.Target{
		Name: "run", URL: s.URL(),
		ColdStart: &v1alpha1.ColdStartMethod{CloudRun: &v1alpha1.CloudRunColdStart{Service: serviceName, Endpoint: api.URL, TokenFrom: "TOKEN"}},
	}
}

// annotations are those of the template; none is what a run finds.
func annotations(a *container.Admin) map[string]any {
	all, _ := a.Template()["annotations"].(map[string]any)
	return all
}

// TestNewRevision: each is started before it serves, and the template is in the end what it was.
func TestNewRevision(t *testing.T) {
	a, asked := service(t)
	log := run(t.Context(), t, suite(3, asked), target.Access{}, token, nil)
	if len(log.ColdStarts) != 3 || !log.End.Complete {
		t.Fatalf("%+v %+v", log.ColdStarts, log.End)
	}
	for _, c := range log.ColdStarts {
		wantColdStart(t, c, "cloud-run-revision", record.Trigger, record.Ready, record.FirstByte)
		if start := c.Phases[6].At - c.Phases[0].At; start < 300*time.Millisecond {
			t.Errorf("ready after %s, and the process does not listen for 300 ms", start)
		}
	}
	if left := annotations(a); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestNewRevisionInterrupted while it is being deployed.
func TestNewRevisionInterrupted(t *testing.T) {
	a, asked := service(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	started := make(chan struct{})
	go func() {
		defer close(started)
		defer cancel()
		for len(annotations(a)) == 0 && ctx.Err() == nil {
			<-time.After(5 * time.Millisecond)
		}
	}()
	log := run(ctx, t, suite(3, asked), target.Access{}, token, nil)
	<-started
	if left := annotations(a); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	if log.End.Complete || log.End.Reason != "interrupted" || len(log.ColdStarts) != 1 || log.ColdStarts[0].Failure != "the run was stopped" {
		t.Errorf("%+v %+v", log.End, log.ColdStarts)
	}
}

// TestNewRevisionOfNothing: what the API says is the reason.
func TestNewRevisionOfNothing(t *testing.T) {
	_, asked := service(t)
	log := run(t.Context(), t, suite(1, asked), target.Access{}, func(string) string { return "wrong" }, nil)
	if c := log.ColdStarts[0]; c.Confirmed || !strings.HasSuffix(c.Failure, "401 Unauthorized: Request had invalid authentication credentials.") {
		t.Errorf("%+v", c)
	}
}
