package model_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/test/lab/container"
	"fulcrum.dev/fulcrum/test/lab/lambda"
)

// program builds fulcrum from the module that this one lies in.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fulcrum")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "./cmd/fulcrum")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

// metadataServer gives ID tokens as that of a machine of Google's.
func metadataServer(t *testing.T, issuer *container.Issuer) string {
	t.Helper()
	s := httptest.NewServer(issuer.Metadata("caller@lab.example"))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

const homesSuite = `apiVersion: fulcrum.dev/v1alpha1
kind: Suite
metadata: {name: homes}
spec:
  targets:
    - name: function
      url: lambda://encoder/v1/embeddings?region=us-east-1
      protocol: openai-embeddings
      openai: &model {model: encoder}
    - name: container
      url: $CONTAINER/v1/embeddings
      protocol: openai-embeddings
      openai: *model
      auth: {idToken: {}}
    - name: stranger
      url: $CONTAINER/v1/embeddings
      protocol: openai-embeddings
      openai: *model
      auth: {idToken: {audience: "https://elsewhere.example"}}
  load: {phases: [{rate: 3/s, duration: 6s}], arrivals: constant}
  turn: 0s
  gate: {most: 10s}
`

// TestProgramAsksThreeHomes runs the program as its user does: one suite, signed for the Lambda host whose endpoint the
// environment names, and with tokens of the metadata server for the container host, which lets no other audience in.
func TestProgramAsksThreeHomes(t *testing.T) {
	issuer, err := container.NewIssuer()
	if err != nil {
		t.Fatal(err)
	}
	h := serverless(t, lambda.Config{})
	create(t, h.Client(), "encoder", encoder(t))
	s, _ := containers(t, container.Config{Issuer: issuer}, 1)
	key, err := h.Credentials().Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "suite.yaml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(homesSuite, "$CONTAINER", s.URL())), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program(t), "bench", file, "-o", "json")
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+key.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+key.SecretAccessKey,
		"AWS_ENDPOINT_URL_LAMBDA="+h.URL(), "GCE_METADATA_HOST="+metadataServer(t, issuer), "GOOGLE_APPLICATION_CREDENTIALS=")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	const unanswered = 3 // as the stranger is, by not one right answer
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != unanswered {
		t.Fatalf("%v\n%s\n%s", err, said.String(), out.String())
	}
	var analysis struct {
		Targets []struct {
			Name     string
			Requests int
			Kinds    map[string]int
			Cold     int
		}
	}
	if err := json.Unmarshal(out.Bytes(), &analysis); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"function": "ok", "container": "ok", "stranger": "status-4xx"}
	if len(analysis.Targets) != len(want) {
		t.Fatalf("printed\n%s", out.String())
	}
	for _, target := range analysis.Targets {
		if n := target.Kinds[want[target.Name]]; n < 5 || n != target.Requests {
			t.Errorf("%s: %+v, want all %s", target.Name, target, want[target.Name])
		}
		if target.Name == "function" && target.Cold == 0 {
			t.Error("no call of the function was cold, and the first one had to be")
		}
	}
	if strings.Contains(out.String()+said.String(), key.SecretAccessKey) {
		t.Error("the key was printed")
	}
}
