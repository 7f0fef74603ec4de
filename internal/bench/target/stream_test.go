package target

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/record"
)

// streamOf reads a stream whose events come 10 ms apart by its own clock.
func streamOf(list ...string) (record.Record, record.Kind, error) {
	r := newRecord()
	var at time.Duration
	now := func() time.Duration { at += 10 * time.Millisecond; return at }
	var p reply
	p.openAI("openai-chat", true)
	kind, err := judged(p.readStream(strings.NewReader("data: "+strings.Join(list, "\n\ndata: ")+"\n\n"), now, &r))
	return r, kind, err
}

// judged tells what is wrong with an answer from what hindered reading it.
func judged(err error) (record.Kind, error) {
	var wrong *fault
	if errors.As(err, &wrong) {
		return wrong.kind, nil
	}
	return record.OK, err
}

func delta(text string) string { return fmt.Sprintf(`{"choices":[{"delta":{"content":%q}}]}`, text) }

// TestTokensOfAStream: chunks carry several tokens, the server counts them at the end, in every chunk, or not at all.
func TestTokensOfAStream(t *testing.T) {
	const role = `{"choices":[{"delta":{"role":"assistant","content":""}}]}`
	usage := func(n int) string {
		return fmt.Sprintf(`{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":%d}}`, n)
	}
	counted := func(text string, n int) string {
		return fmt.Sprintf(`{"choices":[{"delta":{"content":%q}}],"usage":{"prompt_tokens":7,"completion_tokens":%d}}`, text, n)
	}
	for name, test := range map[string]struct {
		events             []string
		out, first, chunks int64
		perToken           time.Duration
	}{
		"a token a chunk":            {[]string{role, delta("a"), delta("b"), delta("c"), usage(3), "[DONE]"}, 3, 1, 3, 10 * time.Millisecond},
		"the first carries four":     {[]string{role, delta("aaaaaaaa"), delta("bb"), delta("cc"), usage(6), "[DONE]"}, 6, 4, 3, 10 * time.Millisecond},
		"counted in each":            {[]string{counted("aaa", 2), counted("b", 6), counted("c", 12), "[DONE]"}, 12, 2, 3, 2 * time.Millisecond},
		"not counted":                {[]string{delta("a"), delta("b"), delta("c"), "[DONE]"}, 0, 0, 3, 10 * time.Millisecond},
		"usage that is null":         {[]string{`{"choices":[{"delta":{"content":"a"}}],"usage":null}`, delta("b"), "[DONE]"}, 0, 0, 2, 10 * time.Millisecond},
		"the text of completions":    {[]string{`{"choices":[{"text":"a"}]}`, `{"choices":[{"text":"b"}]}`, "[DONE]"}, 0, 0, 2, 10 * time.Millisecond},
		"reasoning before the reply": {[]string{`{"choices":[{"delta":{"reasoning_content":"hm"}}]}`, delta("b"), "[DONE]"}, 0, 0, 2, 10 * time.Millisecond},
		"a tool is called":           {[]string{`{"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}`, delta("b"), "[DONE]"}, 0, 0, 2, 10 * time.Millisecond},
	} {
		r, kind, err := streamOf(test.events...)
		if err != nil || kind != record.OK {
			t.Errorf("%s: %s, %v", name, kind, err)
			continue
		}
		perToken, _ := r.TimePerOutputToken()
		if r.TokensOut != test.out || r.FirstTokens != test.first || r.ChunkCount != test.chunks || perToken != test.perToken || r.FirstToken != 10*time.Millisecond {
			t.Errorf("%s: %s a token, first at %s, of %+v", name, perToken, r.FirstToken, r)
		}
	}
}

func TestEvents(t *testing.T) {
	for name, test := range map[string]struct {
		stream string
		want   []string
	}{
		"lines of LF":            {"data: a\n\ndata: b\n\n", []string{"a", "b"}},
		"lines of CR LF":         {"data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
		"lines of CR":            {"data: a\r\rdata: b\r\r", []string{"a", "b"}},
		"comments and ids":       {": ping\n\nid: 4\nevent: x\ndata: a\n\n", []string{"a"}},
		"several lines":          {"data: a\ndata: b\n\n", []string{"a\nb"}},
		"no space":               {"data:a\n\n", []string{"a"}},
		"empty data":             {"data\n\n", []string{""}},
		"broken off":             {"data: a\n\ndata: b\n", []string{"a"}},
		"broken off in the line": {"data: a\n\ndata: b", []string{"a"}},
		"nothing":                {"", nil},
	} {
		var got []string
		r := newEventReader(iotest.OneByteReader(strings.NewReader(test.stream)))
		for {
			data, err := r.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got = append(got, string(data))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	long := strings.Repeat("data: "+strings.Repeat("x", maxEvent/4)+"\n", 8)
	if _, err := newEventReader(strings.NewReader(long)).next(); err != errEventTooLong {
		t.Errorf("an endless event: %v", err)
	}
}

func FuzzStream(f *testing.F) {
	f.Add("data: " + token + "\n\ndata: [DONE]\n\n")
	f.Add(": ping\r\n\r\nevent: x\rdata:{}\r\r")
	f.Fuzz(func(t *testing.T, text string) {
		r := newRecord()
		var p reply
		p.openAI("openai-chat", true)
		kind, err := judged(p.readStream(strings.NewReader(text), func() time.Duration { return time.Second }, &r))
		if err != nil {
			t.Fatalf("reading from memory: %v", err)
		}
		if (kind == record.OK) != (r.ChunkCount > 0 && kind != record.HalfAnswer && kind != record.BadStream) {
			t.Fatalf("%s with %d chunks", kind, r.ChunkCount)
		}
		if int64(len(r.Chunks)) > r.ChunkCount || r.TokensOut < 0 || r.FirstTokens < 0 {
			t.Fatalf("%+v", r)
		}
	})
}
