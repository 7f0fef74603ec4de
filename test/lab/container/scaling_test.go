package container_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/container"
)

// holding runs what while n requests are being answered.
func holding(t *testing.T, s *container.Service, n int, what func()) (answers []string) {
	t.Helper()
	dir := t.TempDir()
	running, release := filepath.Join(dir, "running"), filepath.Join(dir, "release")
	var group sync.WaitGroup
	var mu sync.Mutex
	for range n {
		group.Go(func() {
			_, body, err := get(t.Context(), s.URL()+"/sleep?mark="+running+"&until="+release)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			answers = append(answers, body)
			mu.Unlock()
		})
	}
	await.Condition(t, "the requests are being answered", func() bool {
		text, _ := os.ReadFile(running)
		return strings.Count(string(text), "\n") == n
	})
	what()
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Error(err)
	}
	group.Wait()
	return answers
}

func TestConcurrencyAndScaling(t *testing.T) {
	s := start(t, container.Config{})
	name := deploy(t, s, container.Revision{Concurrency: 2, MaxInstances: 3})
	answers := holding(t, s, 6, func() {
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
	holding(t, s, 1, func() { want(t, s.URL()+"/sleep", http.StatusTooManyRequests, "Rate exceeded.") })
	want(t, s.URL()+"/sleep", http.StatusOK, "")
}

func TestQueueWaits(t *testing.T) {
	s := start(t, container.Config{})
	deploy(t, s, container.Revision{Concurrency: 1, MaxInstances: 1})
	waited := make(chan string)
	holding(t, s, 1, func() {
		go func() {
			_, body, err := get(t.Context(), s.URL()+"/sleep")
			waited <- fmt.Sprint(body, err)
		}()
		select {
		case got := <-waited:
			t.Errorf("an instance for one request had a second one: %s", got)
		case <-time.After(200 * time.Millisecond):
		}
	})
	if got := <-waited; !strings.HasSuffix(got, " 1<nil>") {
		t.Errorf("the request that had waited: got %s", got)
	}
}

func TestScalesToZeroAndBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "terminated") // made before the service, so that it is there until that has closed
	s := start(t, container.Config{})
	name := deploy(t, s, container.Revision{IdleHold: 50 * time.Millisecond, Variables: map[string]string{"TERMINATED": file}})
	await.Condition(t, "there is no instance", func() bool { return s.Instances(name) == 0 })
	if text, err := os.ReadFile(file); err != nil || string(text) != "gracefully" {
		t.Errorf("the instance was not asked to end: %q, %v", text, err)
	}
	want(t, s.URL()+"/sleep", http.StatusOK, " 1")
}

func TestMinimumIsKept(t *testing.T) {
	s := start(t, container.Config{})
	one := deploy(t, s, container.Revision{MinInstances: 2, IdleHold: time.Millisecond})
	await.Condition(t, "the minimum is there", func() bool { return s.Instances(one) == 2 })
	_, _, _ = get(t.Context(), s.URL()+"/exit")
	await.Condition(t, "the minimum is there again", func() bool {
		status, _, err := get(t.Context(), s.URL()+"/sleep")
		return err == nil && status == http.StatusOK && s.Instances(one) == 2
	})
	two := deploy(t, s, container.Revision{})
	await.Condition(t, "a revision without traffic keeps nothing", func() bool { return s.Instances(one) == 0 })
	if n := s.Instances(two); n != 1 {
		t.Errorf("%d instances of the new revision, want 1", n)
	}
}
