package container_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/test/lab/container"
	"fulcrum.dev/fulcrum/test/lab/npm"
)

// TestFunctionsFramework runs a function in the framework that Google's own functions run in.
func TestFunctionsFramework(t *testing.T) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: %v; Google's functions framework needs it", err)
		}
	}
	packages, err := npm.Install(t.Context(), os.DirFS("testdata/functions"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs("testdata/functions")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, container.Config{})
	deploy(t, s, container.Revision{
		Command:   []string{"node", filepath.Join(packages, "node_modules", "@google-cloud", "functions-framework", "build", "src", "main.js"), "--source", source, "--target", "greet"},
		Variables: map[string]string{"NODE_PATH": filepath.Join(packages, "node_modules")},
	})
	response, err := http.Post(s.URL()+"/", "application/json", strings.NewReader(`{"name":"laboratory"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ Greeting, Revision string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Greeting != "hello laboratory" || answer.Revision != "infer-00001" {
		t.Errorf("got %s, %+v, %v", response.Status, answer, err)
	}
}
