package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/binary"
)

// TestEverything brings all parts up, uses each from outside as its user would, and takes them down.
func TestEverything(t *testing.T) {
	requireSandbox(t)
	requireModels(t)
	r := bringUp(t)
	took := regexp.MustCompile(`is up after (\S+)\.\n`).FindStringSubmatch(r.said)
	if took == nil {
		t.Fatalf("it does not say how long it took: %s", r.said)
	}
	if d, err := time.ParseDuration(took[1]); err != nil || d > time.Minute {
		t.Errorf("up after %s, %v; want less than a minute", took[1], err)
	}

	const question = `{"input":"How do I reset my password?"}`
	wantAnswer(t, r.endpoint(t, "encoder, pods")+"/v1/embeddings", question, `"embedding":[`)
	wantAnswer(t, r.endpoint(t, "encoder, containers")+"/v1/embeddings", question, `"embedding":[`)
	const prompt = `{"prompt":"Hello","max_tokens":4}`
	wantAnswer(t, r.endpoint(t, "llama, pods")+"/v1/completions", prompt, `"choices":[`)
	wantAnswer(t, r.endpoint(t, "serverless-offline")+"/v1/completions", prompt, `"choices":[`)
	r.wantCommands(t)
	r.wantMemory(t, 2<<10)
	r.takeDown(t)
}

// requireModels skips a test of the whole laboratory where it cannot be had, and says so.
func requireModels(t *testing.T) {
	t.Helper()
	for _, program := range []string{"node", "npm", "curl", "nice"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: %v; the whole laboratory needs it", err)
		}
	}
	// What is to be installed once may take longer than the command gets.
	if err := errors.Join(binary.Build(t.Context()), prepareOffline(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// endpoint is a URL that the table shows for this machine.
func (r *running) endpoint(t *testing.T, name string) string {
	t.Helper()
	for line := range strings.Lines(r.said) {
		if rest, ok := strings.CutPrefix(line, name+"  "); ok {
			return strings.Fields(rest)[0]
		}
	}
	t.Fatalf("no endpoint %q in %s", name, r.said)
	return ""
}

func wantAnswer(t *testing.T, url, body, want string) {
	t.Helper()
	client := &http.Client{Timeout: 30 * time.Second}
	response, err := client.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(text), want) {
		t.Errorf("%s: %s %.200s, %v; want %q", url, response.Status, text, err, want)
	}
}

// wantCommands runs the commands that are shown for functions and for what needs a token, in a shell.
func (r *running) wantCommands(t *testing.T) {
	t.Helper()
	var script strings.Builder
	for line := range strings.Lines(r.said) {
		if strings.Contains(line, "aws.env") || strings.Contains(line, "/invocations") || strings.Contains(line, "Bearer") {
			script.WriteString(line)
		}
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", script.String()).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v: %s", script.String(), err, out)
	}
	for _, want := range []string{`{"greeting":"Hello, lab!"}`, `"statusCode":200`, `\"embedding\":[`, `"object":"text_completion"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s\n%.500s\nwant %q", script.String(), out, want)
		}
	}
}

// memory adds up, in KiB, the processes' shares of what is in memory, and the files of the private file system.
const memory = `cat /proc/[0-9]*/smaps_rollup | awk '/^Pss:/ { sum += $2 } END { print sum }'; du -sk /dev/shm | cut -f1`

// wantMemory checks that the whole laboratory has less than so many MiB.
func (r *running) wantMemory(t *testing.T, most int) {
	t.Helper()
	out, err := command(t, "exec", "--pid="+r.pid, "--", "sh", "-c", memory+" 2>&1").Output()
	fields := strings.Fields(string(out))
	if err != nil || len(fields) != 2 {
		t.Errorf("memory: %v: %q", err, out)
		return
	}
	var parts [2]int
	for i, text := range fields {
		kib, err := strconv.Atoi(text)
		if err != nil {
			t.Errorf("memory: %v", err)
		}
		parts[i] = kib >> 10
	}
	said := fmt.Sprintf("%d MiB of processes and %d MiB of files", parts[0], parts[1])
	if parts[0] < 100 || parts[0]+parts[1] > most {
		t.Errorf("%s, want no more than %d MiB", said, most)
	}
	t.Log(said)
}
