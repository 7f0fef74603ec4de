package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/record"
)

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// chatServer answers as the protocol says, streamed or not; the first token comes with the third event.
func chatServer(t *testing.T) (url string, requests func() []map[string]any) {
	var mu sync.Mutex
	var all []map[string]any
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		var ask map[string]any
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mu.Lock()
		all = append(all, ask)
		mu.Unlock()
		switch {
		case strings.HasSuffix(r.URL.Path, "/embeddings"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"data":[{"embedding":[0.5,0.25]}],"usage":{"prompt_tokens":9,"total_tokens":9}}`)
		case ask["stream"] == true:
			events(`{"choices":[{"delta":{"role":"assistant"}}]}`, delta("Hel"), delta("lo"), `{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}`, "[DONE]")(w, r)
		case strings.HasSuffix(r.URL.Path, "/chat/completions"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"Hello"}}],"usage":{"prompt_tokens":9,"completion_tokens":2}}`)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"choices":[{"text":"Hello"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}`)
		}
	})
	return s.URL, func() []map[string]any { mu.Lock(); defer mu.Unlock(); return all }
}

func TestOpenAIProtocols(t *testing.T) {
	for name, test := range map[string]struct {
		path, protocol string
		isStream       bool
		out            int64
		asks           string // a field of the request
	}{
		"chat, streamed":        {"/v1/chat/completions", "openai-chat", true, 2, "messages"},
		"chat":                  {"/v1/chat/completions", "openai-chat", false, 2, "messages"},
		"completions, streamed": {"/v1/completions", "openai-completions", true, 2, "prompt"},
		"completions":           {"/v1/completions", "openai-completions", false, 2, "prompt"},
		"embeddings":            {"/v1/embeddings", "openai-embeddings", false, 0, "input"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, requests := chatServer(t)
			suite := suiteOf(100, 0.05, v1alpha1.Target{
				Name: "a", URL: url + test.path, Protocol: test.protocol, OpenAI: &v1alpha1.OpenAIRequest{Model: "tiny", Stream: &test.isStream},
			})
			l := runOf(t, suite, nil)
			for _, r := range l.Records {
				if r.Kind != record.OK || r.TokensOut != test.out || r.TokensIn != 9 || test.isStream != (r.FirstToken > 0) {
					t.Errorf("%+v; %v", r, l.End.Examples)
				}
			}
			seen := requests()
			if len(seen) != len(l.Records) || seen[0][test.asks] == nil || seen[0]["model"] != "tiny" || (seen[0]["stream_options"] != nil) != test.isStream {
				t.Errorf("%d requests such as %v", len(seen), seen[0])
			}
		})
	}
}

func delta(text string) string { return fmt.Sprintf(`{"choices":[{"delta":{"content":%q}}]}`, text) }
