package model_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/await"
)

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

// TestEncoderShowsWhoWaits: requests that come while the model computes are taken in and counted.
func TestEncoderShowsWhoWaits(t *testing.T) {
	url, _ := pod(t, encoder(t))
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			body := `{"input":["a"` + strings.Repeat(`,"How do I reset my password?"`, 200) + `]}`
			if _, _, err := post(ctx, url+"/v1/embeddings", body); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		})
	}
	await.Condition(t, "one request in work and seven waiting", func() bool {
		_, metrics, err := get(t.Context(), url+"/metrics")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(metrics, "\nmodel_requests_in_flight 1\n") && strings.Contains(metrics, "\nmodel_queue_length 7\n") &&
			strings.Contains(metrics, "\nhttp_requests_in_flight 8\n")
	})
	cancel()
	group.Wait()
	await.Condition(t, "none after the callers have left", func() bool {
		_, metrics, err := get(t.Context(), url+"/metrics")
		return err == nil && strings.Contains(metrics, "\nhttp_requests_in_flight 0\n")
	})
}
