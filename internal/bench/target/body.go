package target

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/wire"
)

// body makes the body of a request.
type body func(q Request) ([]byte, error)

// templateData is what a body template may use.
type templateData struct {
	Sequence      int64
	Input, Output int32
	WorkSeconds   float64
	prompt        func() string
}

// Prompt is text of about one token a word.
func (d templateData) Prompt() string { return d.prompt() }

// isFixed reports whether a template gives the same body for every request.
func isFixed(text string) bool { return !strings.Contains(text, "{{") }

// templateBody makes bodies from a template; one without actions is made once.
func templateBody(text string) (body, error) {
	if isFixed(text) {
		fixed := []byte(text)
		return func(Request) ([]byte, error) { return fixed, nil }, nil
	}
	tmpl, err := template.New("body").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, err
	}
	make := func(q Request) ([]byte, error) {
		out := limitedBuffer{left: wire.MaxBody}
		err := tmpl.Execute(&out, templateData{
			Sequence: q.Sequence, Input: q.Size.Input, Output: q.Size.Output, WorkSeconds: q.Size.Work.Seconds(),
			prompt: func() string { return promptOf(q) },
		})
		return out.Bytes(), err
	}
	if _, err := make(Request{}); err != nil { // what cannot be filled in is said before the run
		return nil, err
	}
	return make, nil
}

// limitedBuffer refuses to grow without bound.
type limitedBuffer struct {
	bytes.Buffer
	left int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, fmt.Errorf("expected a body of at most %d bytes", wire.MaxBody)
	}
	return b.Buffer.Write(p)
}

// Of a prompt that is made up.
const (
	defaultPromptWords = 32
	maxPromptWords     = 1 << 20
	defaultMaxTokens   = 64
)

// words are short and common, so that most tokenisers make one token of each.
var words = strings.Fields("the time of day is now and we will go to see a man in his new house by the old road with some more of it all")

// inputTokens is how large what is made up for a request is.
func inputTokens(q Request) int {
	if n := int(q.Size.Input); n > 0 {
		return min(n, maxPromptWords)
	}
	return defaultPromptWords
}

// promptOf makes up a text of as many words as the request has input tokens. Each begins with the request's number, so
// that no server answers from a cache of prefixes what a real one would have to compute.
func promptOf(q Request) string {
	n := inputTokens(q)
	var b strings.Builder
	fmt.Fprintf(&b, "%d", q.Sequence)
	for i := 1; i < n; i++ {
		b.WriteByte(' ')
		b.WriteString(words[(i+int(q.Sequence%97))%len(words)])
	}
	return b.String()
}

// openAIBody makes the JSON of a protocol.
func openAIBody(protocol string, o *v1alpha1.OpenAIRequest) body {
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	type streamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	}
	type request struct {
		Model         string         `json:"model"`
		Messages      []message      `json:"messages,omitempty"`
		Prompt        string         `json:"prompt,omitempty"`
		Input         string         `json:"input,omitempty"`
		MaxTokens     int            `json:"max_tokens,omitempty"`
		Stream        bool           `json:"stream,omitempty"`
		StreamOptions *streamOptions `json:"stream_options,omitempty"`
	}
	return func(q Request) ([]byte, error) {
		prompt := o.Prompt
		if prompt == "" {
			prompt = promptOf(q)
		}
		r := request{Model: o.Model}
		if protocol == "openai-embeddings" {
			r.Input = prompt
			return json.Marshal(r)
		}
		if protocol == "openai-chat" {
			r.Messages = []message{{Role: "user", Content: prompt}}
		} else {
			r.Prompt = prompt
		}
		switch {
		case o.MaxTokens > 0:
			r.MaxTokens = o.MaxTokens
		case q.Size.Output > 0:
			r.MaxTokens = int(q.Size.Output)
		default:
			r.MaxTokens = defaultMaxTokens
		}
		if *o.Stream {
			r.Stream, r.StreamOptions = true, &streamOptions{IncludeUsage: true}
		}
		return json.Marshal(r)
	}
}
