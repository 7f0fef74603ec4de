package model_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
	"fulcrum.dev/fulcrum/test/lab/process"
)

// requireNode skips what cannot run without Node, and says so.
func requireNode(t *testing.T) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: %v; the model servers need it", err)
		}
	}
}

func encoder(t *testing.T) model.Command {
	t.Helper()
	requireNode(t)
	c, err := model.Encoder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func llama(t *testing.T, shape gguf.Shape, sequences int) model.Command {
	t.Helper()
	requireNode(t)
	c, err := model.Llama(t.Context(), shape, sequences)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pod runs a command as a pod does and gives its URL when it is healthy.
func pod(t *testing.T, c model.Command) (string, *process.Process) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().(*net.TCPAddr)
	l.Close()
	variables := []string{"PATH=" + os.Getenv("PATH"), "POD_IP=127.0.0.1", "PORT=" + strconv.Itoa(address.Port)}
	for name, value := range c.Variables {
		variables = append(variables, name+"="+value)
	}
	p, err := process.Start(process.Command{Args: c.Args, Env: variables, Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	url := "http://" + address.String()
	await.Condition(t, "the server is healthy", func() bool {
		select {
		case <-p.Done():
			t.Fatalf("the server has ended: %v", p.Err())
		default:
		}
		status, _, err := get(t.Context(), url+"/healthz")
		return err == nil && status == http.StatusOK
	})
	return url, p
}

func get(ctx context.Context, url string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	return do(request)
}

func post(ctx context.Context, url, body string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	return do(request)
}

func do(request *http.Request) (int, string, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}
