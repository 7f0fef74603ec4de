package model_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
	"fulcrum.dev/fulcrum/test/lab/process"
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
	eventually(t, "the server is healthy", func() bool {
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

// embeddings is an answer of /v1/embeddings.
type embeddings struct {
	Data []struct {
		Index     int
		Embedding json.RawMessage
	}
	Usage struct {
		PromptTokens int `json:"prompt_tokens"`
	}
}

func embed(t *testing.T, url, body string) embeddings {
	t.Helper()
	status, text, err := post(t.Context(), url+"/v1/embeddings", body)
	if err != nil || status != http.StatusOK {
		t.Fatalf("got %d %s, %v", status, text, err)
	}
	return parseEmbeddings(t, text)
}

func parseEmbeddings(t *testing.T, text string) embeddings {
	t.Helper()
	var e embeddings
	if err := json.Unmarshal([]byte(text), &e); err != nil || len(e.Data) == 0 {
		t.Fatalf("%v: %.200s", err, text)
	}
	return e
}

func vector(t *testing.T, raw json.RawMessage) []float64 {
	t.Helper()
	var v []float64
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func cosine(a, b []float64) float64 {
	var dot, x, y float64
	for i := range a {
		dot += a[i] * b[i]
		x += a[i] * a[i]
		y += b[i] * b[i]
	}
	return dot / math.Sqrt(x*y)
}

func TestEncoderKnowsMeaning(t *testing.T) {
	url, p := pod(t, encoder(t))
	e := embed(t, url, `{"input":["How do I reset my password?","I forgot my login credentials.","The recipe needs two eggs and flour."]}`)
	var v [3][]float64
	for i := range v {
		if v[i] = vector(t, e.Data[i].Embedding); len(v[i]) != 512 || e.Data[i].Index != i {
			t.Fatalf("got %d dimensions with index %d", len(v[i]), e.Data[i].Index)
		}
	}
	if near, far := cosine(v[0], v[1]), cosine(v[0], v[2]); near < far+0.1 {
		t.Errorf("two texts about passwords have similarity %.2f, one about passwords and one about eggs %.2f", near, far)
	}
	if e.Usage.PromptTokens < 15 || e.Usage.PromptTokens > 60 {
		t.Errorf("got %d tokens", e.Usage.PromptTokens)
	}
	wantBase64(t, url, v[0])
	wantErrors(t, url, map[string]int{
		`{"input":""}`: 400, `{"input":[]}`: 400, `{"input":7}`: 400, `{"input":"a","encoding_format":"hex"}`: 400, `no JSON`: 400, `[]`: 400,
	}, "/v1/embeddings")
	_, metrics, err := get(t.Context(), url+"/metrics")
	if err != nil || !strings.Contains(metrics, `model_requests_total{path="/v1/embeddings",status="200"} 2`) {
		t.Errorf("%v: %s", err, metrics)
	}
	p.Stop(10 * time.Second)
	if p.Err() != nil {
		t.Errorf("SIGTERM ended the server with %v", p.Err())
	}
}

func wantBase64(t *testing.T, url string, floats []float64) {
	t.Helper()
	var text string
	e := embed(t, url, `{"input":"How do I reset my password?","encoding_format":"base64"}`)
	if err := json.Unmarshal(e.Data[0].Embedding, &text); err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != 4*len(floats) {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	for i, want := range floats {
		if got := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])); math.Abs(float64(got)-want) > 1e-6 {
			t.Fatalf("dimension %d is %v in base64, %v as a number", i, got, want)
		}
	}
}

func wantErrors(t *testing.T, url string, bodies map[string]int, path string) {
	t.Helper()
	for body, want := range bodies {
		status, text, err := post(t.Context(), url+path, body)
		if err != nil || status != want || !strings.Contains(text, `"message"`) {
			t.Errorf("%s: got %d %s, %v, want %d", body, status, text, err, want)
		}
	}
	if status, _, err := post(t.Context(), url+"/v1/nothing", "{}"); err != nil || status != http.StatusNotFound {
		t.Errorf("got %d, %v", status, err)
	}
}

// completion is an answer of both endpoints.
type completion struct {
	Choices []struct {
		Text    string
		Message struct{ Role, Content string }
		Delta   struct {
			Role    string
			Content *string
		}
		FinishReason *string `json:"finish_reason"`
	}
	Usage *struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	}
}

func complete(t *testing.T, url, path, body string) completion {
	t.Helper()
	status, text, err := post(t.Context(), url+path, body)
	if err != nil || status != http.StatusOK {
		t.Fatalf("got %d %s, %v", status, text, err)
	}
	var c completion
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLlamaCompletes(t *testing.T) {
	url, _ := pod(t, llama(t, gguf.Small, 2))
	const body = `{"prompt":"Hello, autoscaler","max_tokens":12,"seed":5,"temperature":0.8}`
	one, two := complete(t, url, "/v1/completions", body), complete(t, url, "/v1/completions", body)
	if one.Choices[0].Text != two.Choices[0].Text || one.Choices[0].Text == "" {
		t.Errorf("one seed gave %q and %q", one.Choices[0].Text, two.Choices[0].Text)
	}
	// A token for each byte, one for the beginning, and one for the space that llama.cpp puts before a text.
	if u := one.Usage; u.PromptTokens != 19 || u.CompletionTokens < 1 || u.CompletionTokens > 12 {
		t.Errorf("got %+v", u)
	}
	chat := complete(t, url, "/v1/chat/completions", `{"messages":[{"role":"user","content":"Hello"}],"max_tokens":4,"seed":5}`)
	if m := chat.Choices[0].Message; m.Role != "assistant" || m.Content == "" {
		t.Errorf("got %+v", chat)
	}
	wantErrors(t, url, map[string]int{
		`{}`: 400, `{"prompt":"a","max_tokens":0}`: 400, `{"prompt":"a","max_tokens":4000}`: 400, `{"prompt":"a","temperature":"hot"}`: 400,
		`{"prompt":"a","stop":[""]}`:                                  400,
		`{"prompt":"` + strings.Repeat("x", 600) + `","stream":true}`: 400,
	}, "/v1/completions")
	wantErrors(t, url, map[string]int{`{}`: 400, `{"messages":[]}`: 400, `{"messages":[{"role":"user"}]}`: 400}, "/v1/chat/completions")
}

// chunks reads server-sent events up to [DONE] and says when the first came and when the last.
func chunks(t *testing.T, r io.Reader) (all []completion, first, last time.Time) {
	t.Helper()
	for lines := bufio.NewScanner(r); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if data == "[DONE]" {
			return all, first, last
		}
		if last = time.Now(); first.IsZero() {
			first = last
		}
		var c completion
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		all = append(all, c)
	}
	t.Fatal("the stream ended without [DONE]")
	return nil, first, last
}

func TestLlamaStreams(t *testing.T) {
	url, _ := pod(t, llama(t, gguf.Large, 1))
	body := `{"messages":[{"role":"user","content":"Hello"}],"max_tokens":40,"seed":9,"temperature":0.8,"stream":true,"stream_options":{"include_usage":true}}`
	response, err := http.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	all, first, last := chunks(t, response.Body)
	var text strings.Builder
	for _, c := range all {
		for _, choice := range c.Choices {
			if choice.Delta.Content != nil {
				text.WriteString(*choice.Delta.Content)
			}
		}
	}
	end := all[len(all)-1]
	if all[0].Choices[0].Delta.Role != "assistant" || len(end.Choices) != 0 || end.Usage == nil || *all[len(all)-2].Choices[0].FinishReason == "" {
		t.Errorf("got %d chunks, the last %+v", len(all), end)
	}
	if len(all) < 8 || last.Sub(first) < 20*time.Millisecond {
		t.Errorf("%d chunks within %v were not streamed", len(all), last.Sub(first))
	}
	whole := complete(t, url, "/v1/chat/completions", strings.Replace(body, `"stream":true`, `"stream":false`, 1))
	if whole.Choices[0].Message.Content != text.String() {
		t.Errorf("streamed %q, whole %q", text.String(), whole.Choices[0].Message.Content)
	}
}

// metric reads one value of /metrics; -1 if it is not there.
func metric(t *testing.T, url, name string) float64 {
	t.Helper()
	_, text, err := get(t.Context(), url+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return -1
}

func TestLlamaBatchesAndQueues(t *testing.T) {
	url, _ := pod(t, llama(t, gguf.Large, 3))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var group sync.WaitGroup
	for i := range 5 {
		group.Go(func() { // ends by the cancelling, if it does not end before
			_, _, _ = post(ctx, url+"/v1/completions", fmt.Sprintf(`{"prompt":"Hello","max_tokens":500,"temperature":0.8,"seed":%d}`, i))
		})
	}
	eventually(t, "three are computed and two wait", func() bool {
		return metric(t, url, "model_requests_in_flight") == 3 && metric(t, url, "model_queue_length") == 2
	})
	// Those that are sampled in time come into the next batch, which need not be all three.
	eventually(t, "most batches have several requests", func() bool {
		all, alone := metric(t, url, "model_batch_sequences_count"), metric(t, url, `model_batch_sequences_bucket{le="1"}`)
		return all >= 20 && alone < all/2
	})
	cancel()
	group.Wait()
	eventually(t, "nothing is computed for callers who are gone", func() bool {
		return metric(t, url, "model_requests_in_flight") == 0 && metric(t, url, "model_queue_length") == 0
	})
	complete(t, url, "/v1/completions", `{"prompt":"Hello","max_tokens":2}`)
}
