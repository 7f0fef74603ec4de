package container_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/container"
)

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		if condition() {
			tick.Stop()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

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

// holding runs what while n requests are being answered.
func holding(t *testing.T, s *container.Service, n int, milliseconds int, what func()) (answers []string) {
	t.Helper()
	mark := filepath.Join(t.TempDir(), "running")
	var group sync.WaitGroup
	var mu sync.Mutex
	for range n {
		group.Go(func() {
			_, body, err := get(t.Context(), s.URL()+"/sleep?ms="+strconv.Itoa(milliseconds)+"&mark="+mark)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			answers = append(answers, body)
			mu.Unlock()
		})
	}
	eventually(t, "the requests are being answered", func() bool {
		text, _ := os.ReadFile(mark)
		return strings.Count(string(text), "\n") == n
	})
	what()
	group.Wait()
	return answers
}

func TestConcurrencyAndScaling(t *testing.T) {
	s := start(t, container.Config{})
	name := deploy(t, s, container.Revision{Concurrency: 2, MaxInstances: 3})
	answers := holding(t, s, 6, 1000, func() {
		if n := s.Instances(name); n != 3 {
			t.Errorf("%d instances for 6 requests of which 2 fit, want 3", n)
		}
	})
	instances := map[string]int{}
	for _, answer := range answers {
		pid, active, _ := strings.Cut(answer, " ")
		instances[pid]++
		if active != "1" && active != "2" {
			t.Errorf("an instance had %s requests at once", active)
		}
	}
	if len(instances) != 3 {
		t.Errorf("got %v, want 3 instances with 2 each", instances)
	}
}

func TestQueueTimesOut(t *testing.T) {
	s := start(t, container.Config{QueueTimeout: 100 * time.Millisecond})
	deploy(t, s, container.Revision{Concurrency: 1, MaxInstances: 1})
	holding(t, s, 1, 1000, func() { want(t, s.URL()+"/sleep", http.StatusTooManyRequests, "Rate exceeded.") })
	want(t, s.URL()+"/sleep", http.StatusOK, "")
}

func TestQueueWaits(t *testing.T) {
	s := start(t, container.Config{})
	deploy(t, s, container.Revision{Concurrency: 1, MaxInstances: 1})
	holding(t, s, 1, 300, func() { want(t, s.URL()+"/sleep", http.StatusOK, " 1") })
}

func TestScalesToZeroAndBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "terminated") // made before the service, so that it is there until that has closed
	s := start(t, container.Config{})
	name := deploy(t, s, container.Revision{IdleHold: 50 * time.Millisecond, Variables: map[string]string{"TERMINATED": file}})
	eventually(t, "there is no instance", func() bool { return s.Instances(name) == 0 })
	if text, err := os.ReadFile(file); err != nil || string(text) != "gracefully" {
		t.Errorf("the instance was not asked to end: %q, %v", text, err)
	}
	want(t, s.URL()+"/sleep", http.StatusOK, " 1")
}

func TestMinimumIsKept(t *testing.T) {
	s := start(t, container.Config{})
	one := deploy(t, s, container.Revision{MinInstances: 2, IdleHold: time.Millisecond})
	eventually(t, "the minimum is there", func() bool { return s.Instances(one) == 2 })
	_, _, _ = get(t.Context(), s.URL()+"/exit")
	eventually(t, "the minimum is there again", func() bool {
		status, _, err := get(t.Context(), s.URL()+"/sleep")
		return err == nil && status == http.StatusOK && s.Instances(one) == 2
	})
	two := deploy(t, s, container.Revision{})
	eventually(t, "a revision without traffic keeps nothing", func() bool { return s.Instances(one) == 0 })
	if n := s.Instances(two); n != 1 {
		t.Errorf("%d instances of the new revision, want 1", n)
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
	eventually(t, "it serves again", func() bool {
		status, _, err := get(t.Context(), s.URL()+"/sleep")
		return err == nil && status == http.StatusOK
	})
}

func TestFailedDeploymentKeepsTraffic(t *testing.T) {
	s := start(t, container.Config{})
	good := deploy(t, s, container.Revision{})
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for text, r := range map[string]container.Revision{
		"exit status 3":      {Command: []string{binary}, Variables: map[string]string{"EXIT": "3"}},
		"nothing listens":    {Command: []string{"sleep", "60"}, Startup: container.Probe{Limit: 50 * time.Millisecond}},
		"404":                {Command: []string{binary}, Startup: container.Probe{Path: "/nothing", Period: time.Millisecond}},
		"no such file":       {Command: []string{"/nonexistent"}},
		"Command is empty":   {},
		"minimum <= maximum": {Command: []string{binary}, MinInstances: 2, MaxInstances: 1},
	} {
		if _, err := s.Deploy(t.Context(), r); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want an error with %q", err, text)
		}
	}
	want(t, s.URL()+"/variable?name=K_REVISION", http.StatusOK, good)
}

func TestProbeByHTTP(t *testing.T) {
	s := start(t, container.Config{})
	deploy(t, s, container.Revision{Startup: container.Probe{Path: "/proto"}, Variables: map[string]string{"SLOW": "100"}})
	want(t, s.URL()+"/sleep", http.StatusOK, " 1")
}

func TestTrafficSplit(t *testing.T) {
	s := start(t, container.Config{})
	one, two := deploy(t, s, container.Revision{}), deploy(t, s, container.Revision{})
	if err := s.Split(map[string]int{one: 90, two: 20}); err == nil {
		t.Error("110 % were accepted")
	}
	if err := s.Split(map[string]int{one: 25, two: 75}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for range 100 {
		seen[want(t, s.URL()+"/variable?name=K_REVISION", http.StatusOK, "")]++
	}
	if seen[one] != 25 || seen[two] != 75 {
		t.Errorf("got %v, want 25 and 75", seen)
	}
}

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
