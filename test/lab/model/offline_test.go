package model_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
	"fulcrum.dev/fulcrum/test/lab/offline"
)

// idle is how long it keeps an unused instance, which it knows in whole seconds.
const idle = time.Second

// offlineService is a function at a path.
const offlineService = `service: lab
frameworkVersion: "3"
provider: {name: aws, runtime: nodejs20.x, region: us-east-1}
plugins: [serverless-offline]
functions:
  model:
    handler: model.handler
    timeout: 30
    environment: %s
    events: [{httpApi: {method: POST, path: %s}}]
`

// behindOffline runs a model server behind serverless-offline, and gives the URL of its HTTP API.
func behindOffline(t *testing.T, c model.Command, path string) string {
	t.Helper()
	module, variables := c.Handler()
	environment, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var ports [2]int
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ports[i] = l.Addr().(*net.TCPAddr).Port
		l.Close()
	}
	s, err := offline.Start(ctx, offline.Config{
		Dir: t.TempDir(), Service: fmt.Sprintf(offlineService, environment, path), LambdaPort: ports[0], HTTPPort: ports[1], IdleTimeout: idle,
		Files: map[string][]byte{"model.mjs": fmt.Appendf(nil, "export { handler } from %q;\n", module)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return fmt.Sprintf("http://127.0.0.1:%d%s", ports[1], path)
}

// TestEncoderBehindOffline is cold, warm, and cold after an idle time.
func TestEncoderBehindOffline(t *testing.T) {
	url := behindOffline(t, encoder(t), "/v1/embeddings")
	servers := map[string]bool{}
	ask := func() {
		response, err := http.Post(url, "application/json", strings.NewReader(sentence))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var e embeddings
		if err := json.NewDecoder(response.Body).Decode(&e); err != nil || len(vector(t, e.Data[0].Embedding)) != 512 {
			t.Fatalf("got %s, %v", response.Status, err)
		}
		servers[response.Header.Get("X-Served-By")] = true
	}
	ask()
	ask()
	if len(servers) != 1 || servers[""] {
		t.Errorf("served by %v, want one", servers)
	}
	for pause := idle; len(servers) == 1 && pause < 16*idle; pause *= 2 {
		<-time.After(pause) // is what it takes
		ask()
	}
	if len(servers) == 1 {
		t.Error("an idle instance never expired")
	}
}

// TestLlamaBehindOffline: what is streamed elsewhere comes as a whole.
func TestLlamaBehindOffline(t *testing.T) {
	url := behindOffline(t, llama(t, gguf.Small, 1), "/v1/completions")
	status, text, err := post(t.Context(), url, `{"prompt":"Hello","max_tokens":4,"seed":5}`)
	var c completion
	if err != nil || status != http.StatusOK || json.Unmarshal([]byte(text), &c) != nil || c.Choices[0].Text == "" {
		t.Errorf("got %d %s, %v", status, text, err)
	}
}
