package model_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/await"
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

// containers runs the encoder as a service with one instance.
func containers(t *testing.T, c container.Config, concurrency int) (*container.Service, string) {
	t.Helper()
	command := encoder(t)
	c.Name = "encoder"
	s := container.New(c)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	name, err := s.Deploy(t.Context(), container.Revision{
		Command: command.Args, Variables: command.Variables, Concurrency: concurrency, MaxInstances: 1, IdleHold: time.Second,
		Startup: container.Probe{Path: "/healthz", Period: 10 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, name
}

// TestEncoderBehindContainers is warm, gone after an idle time, and cold then.
func TestEncoderBehindContainers(t *testing.T) {
	s, name := containers(t, container.Config{}, 2)
	measure := func() (all []time.Duration) {
		for range 20 {
			status, latency := ask(t, s.URL())
			if status != http.StatusOK {
				t.Fatalf("got %d", status)
			}
			all = append(all, latency)
		}
		return all
	}
	warm := measure()
	await.Condition(t, "the idle instance has expired", func() bool { return s.Instances(name) == 0 })
	status, cold := ask(t, s.URL())
	if status != http.StatusOK || cold < 3*median(warm) {
		t.Errorf("cold: got %d after %v, warm %v; expected a cold start to cost several times as much", status, cold, median(warm))
	}
	if again := measure(); median(again) > cold/2 {
		t.Errorf("after the cold start requests took %v, it itself %v", median(again), cold)
	}
	t.Logf("container host: cold %v, warm median %v, slowest %v", cold, median(warm), warm[len(warm)-1])
}

// TestEncoderBehindFullContainers sends more than one instance serves before the queue's time-out.
func TestEncoderBehindFullContainers(t *testing.T) {
	s, _ := containers(t, container.Config{QueueTimeout: 100 * time.Millisecond}, 1)
	const n = 100
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
