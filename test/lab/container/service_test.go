package container_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/container"
)

func start(t *testing.T, c container.Config) *container.Service {
	t.Helper()
	c.Name = "infer"
	s := container.New(c)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func deploy(t *testing.T, s *container.Service, r container.Revision) string {
	t.Helper()
	if r.Command == nil {
		binary, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		r.Command = []string{binary}
	}
	name, err := s.Deploy(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// get gives status and body.
func get(ctx context.Context, url string, with ...func(*http.Request)) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	for _, change := range with {
		change(request)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func want(t *testing.T, url string, status int, text string, with ...func(*http.Request)) string {
	t.Helper()
	got, body, err := get(t.Context(), url, with...)
	if err != nil {
		t.Fatal(err)
	}
	if got != status || !strings.Contains(body, text) {
		t.Errorf("%s: got %d %q, want %d with %q", url, got, body, status, text)
	}
	return body
}

func TestVariables(t *testing.T) {
	s := start(t, container.Config{})
	want(t, s.URL(), http.StatusNotFound, "no revision")
	name := deploy(t, s, container.Revision{Variables: map[string]string{"COLOUR": "green"}})
	if name != "infer-00001" {
		t.Errorf("got revision %q", name)
	}
	for variable, value := range map[string]string{"K_SERVICE": "infer", "K_CONFIGURATION": "infer", "K_REVISION": name, "COLOUR": "green"} {
		if got := want(t, s.URL()+"/variable?name="+variable, http.StatusOK, ""); got != value {
			t.Errorf("%s is %q, want %q", variable, got, value)
		}
	}
}

func TestTimeout(t *testing.T) {
	s := start(t, container.Config{})
	deploy(t, s, container.Revision{Timeout: 200 * time.Millisecond})
	want(t, s.URL()+"/sleep?ms=5000", http.StatusGatewayTimeout, "upstream request timeout")
	want(t, s.URL()+"/sleep", http.StatusOK, "")
}

func TestCrashIsServiceUnavailable(t *testing.T) {
	s := start(t, container.Config{})
	deploy(t, s, container.Revision{})
	want(t, s.URL()+"/exit", http.StatusServiceUnavailable, "did not answer")
	await.Condition(t, "it serves again", func() bool {
		status, _, err := get(t.Context(), s.URL()+"/sleep")
		return err == nil && status == http.StatusOK
	})
}

// TestStreamsBothWays sends a part only when the one before has come back.
func TestStreamsBothWays(t *testing.T) {
	for _, c := range []struct{ name, variable string }{{"HTTP/1.1", ""}, {"HTTP/2.0", "yes"}} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, container.Config{})
			deploy(t, s, container.Revision{HTTP2: c.variable != "", Variables: map[string]string{"HTTP2": c.variable}})
			transport := &http.Transport{Protocols: new(http.Protocols)}
			transport.Protocols.SetUnencryptedHTTP2(true)
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			response, err := client.Get(s.URL() + "/proto")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || string(body) != c.name || response.Proto != "HTTP/2.0" {
				t.Errorf("got %s with the instance, %s with the proxy, %v", body, response.Proto, err)
			}
			if c.variable == "" {
				return
			}
			r, w := io.Pipe()
			response, err = client.Post(s.URL()+"/echo", "text/plain", r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			for _, part := range []string{"one", "two", "three"} {
				if _, err := io.WriteString(w, part); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, len(part))
				if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != part {
					t.Fatalf("got %q, %v, want %q", got, err, part)
				}
			}
			w.Close()
		})
	}
}

func TestRequestIsBounded(t *testing.T) {
	s := start(t, container.Config{})
	deploy(t, s, container.Revision{})
	response, err := http.Post(s.URL()+"/size", "application/octet-stream", io.LimitReader(zeros{}, 32<<20+1))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("got %s", response.Status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
