package container_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/container"
)

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
