package model_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
)

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
	if u := one.Usage; u.PromptTokens != 19 || u.CompletionTokens != 12 {
		t.Errorf("got %+v", u)
	}
	for seed := range 20 { // it never ends by itself
		c := complete(t, url, "/v1/completions", fmt.Sprintf(`{"prompt":"Hello","max_tokens":30,"seed":%d,"temperature":1}`, seed))
		if c.Usage.CompletionTokens != 30 || *c.Choices[0].FinishReason != "length" || c.Choices[0].Text == "" {
			t.Errorf("seed %d: got %+v, %q", seed, c.Usage, c.Choices[0].Text)
		}
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
	await.Condition(t, "three are computed and two wait", func() bool {
		return metric(t, url, "model_requests_in_flight") == 3 && metric(t, url, "model_queue_length") == 2
	})
	// They came one after the other, so that the first iterations have fewer.
	await.Condition(t, "most iterations give all three a token", func() bool {
		all, fewer := metric(t, url, "model_batch_sequences_count"), metric(t, url, `model_batch_sequences_bucket{le="2"}`)
		return all >= 40 && fewer < all/4
	})
	cancel()
	group.Wait()
	await.Condition(t, "nothing is computed for callers who are gone", func() bool {
		return metric(t, url, "model_requests_in_flight") == 0 && metric(t, url, "model_queue_length") == 0
	})
	complete(t, url, "/v1/completions", `{"prompt":"Hello","max_tokens":2}`)
}

func TestLlamaEndsAnAnswerWhileOthersGoOn(t *testing.T) {
	url, _ := pod(t, llama(t, gguf.Large, 3))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if status, _, err := post(ctx, url+"/v1/completions", `{"prompt":"Hello","max_tokens":500}`); err == nil {
				t.Errorf("a long answer ended with %d before the short ones", status)
			}
		})
	}
	await.Condition(t, "both long ones are computed", func() bool { return metric(t, url, "model_requests_in_flight") == 2 })
	for range 3 {
		complete(t, url, "/v1/completions", `{"prompt":"Hello","max_tokens":2}`)
	}
	cancel()
	group.Wait()
}

func TestLlamaStopsAtATextItWasGiven(t *testing.T) {
	url, _ := pod(t, llama(t, gguf.Small, 1))
	const body = `{"prompt":"Hello","max_tokens":16,"seed":3,"temperature":0.8%s}`
	whole := complete(t, url, "/v1/completions", fmt.Sprintf(body, "")).Choices[0].Text
	letters := []rune(whole)
	stop, err := json.Marshal([]string{"no such text", string(letters[5:8])})
	if err != nil {
		t.Fatal(err)
	}
	want, _, _ := strings.Cut(whole, string(letters[5:8]))
	got := complete(t, url, "/v1/completions", fmt.Sprintf(body, `,"stop":`+string(stop)))
	if got.Choices[0].Text != want || *got.Choices[0].FinishReason != "stop" {
		t.Errorf("got %q, %s, expected %q of %q", got.Choices[0].Text, *got.Choices[0].FinishReason, want, whole)
	}
}
