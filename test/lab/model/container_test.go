package model_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/container"
)

// ask calls the encoder with a plain HTTP client.
func ask(t *testing.T, url string) (status int, latency time.Duration) {
	t.Helper()
	began := time.Now()
	status, body, err := post(t.Context(), url+"/v1/embeddings", sentence)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	latency = time.Since(began)
	if status == http.StatusOK {
		parseEmbeddings(t, body)
	}
	return status, latency
}

// TestEncoderBehindContainers is warm, throttled at its limit, gone after an idle time, and cold then.
func TestEncoderBehindContainers(t *testing.T) {
	c := encoder(t)
	s := container.New(container.Config{Name: "encoder", QueueTimeout: time.Second})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	name, err := s.Deploy(t.Context(), container.Revision{
		Command: c.Args, Variables: c.Variables, Concurrency: 2, MaxInstances: 1, IdleHold: time.Second, Startup: container.Probe{Path: "/healthz", Period: 10 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	var warm []time.Duration
	for range 20 {
		status, latency := ask(t, s.URL())
		if status != http.StatusOK {
			t.Fatalf("got %d", status)
		}
		warm = append(warm, latency)
	}
	overloaded(t, s)
	eventually(t, "the idle instance has expired", func() bool { return s.Instances(name) == 0 })
	status, cold := ask(t, s.URL())
	if status != http.StatusOK || cold < 3*median(warm) {
		t.Errorf("cold: got %d after %v, warm %v; expected a cold start to cost several times as much", status, cold, median(warm))
	}
	t.Logf("container host: cold %v, warm median %v, slowest %v", cold, median(warm), warm[len(warm)-1])
	if status, latency := ask(t, s.URL()); status != http.StatusOK || latency > cold/2 {
		t.Errorf("the call after the cold one: got %d after %v", status, latency)
	}
}

// overloaded sends so much for a second that some of it waits longer than the queue allows.
func overloaded(t *testing.T, s *container.Service) {
	t.Helper()
	const n = 400 // of about 10 ms each, one after the other in the one instance
	var mu sync.Mutex
	seen := map[int]int{}
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			status, _ := ask(t, s.URL())
			mu.Lock()
			seen[status]++
			mu.Unlock()
		})
	}
	group.Wait()
	if seen[http.StatusOK] == 0 || seen[http.StatusTooManyRequests] == 0 || seen[http.StatusOK]+seen[http.StatusTooManyRequests] != n {
		t.Errorf("of %d requests at once, got %v; expected some 200, some 429, and nothing else", n, seen)
	}
}
