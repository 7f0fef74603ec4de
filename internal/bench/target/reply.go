package target

import (
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/internal/record"
)

// maxKept bounds how much of an answer is kept to look into it.
const maxKept = 16 << 20

// reply is what a right answer is.
type reply struct {
	status      int // 0 is any from 200 to 299
	contentType string
	json        map[string]string

	isStream bool
	// content are paths of which one must hold something.
	content []string
}

// openAI sets what an answer of the protocol has.
func (p *reply) openAI(protocol string, isStream bool) {
	want := "application/json"
	if isStream {
		want = "text/event-stream"
	}
	if p.contentType == "" {
		p.contentType = want
	}
	p.isStream = isStream
	switch protocol {
	case "openai-chat":
		p.content = []string{"choices.0.message.content", "choices.0.message.reasoning_content", "choices.0.message.tool_calls.0"}
	case "openai-completions":
		p.content = []string{"choices.0.text"}
	default:
		p.content = []string{"data.0.embedding.0", "data.0.embedding"}
	}
}

// judgeHeader says what the header of an answer already tells.
func (p *reply) judgeHeader(res *http.Response) record.Kind {
	isRight := res.StatusCode == p.status || p.status == 0 && res.StatusCode/100 == 2
	switch {
	case isRight:
	case res.StatusCode == http.StatusTooManyRequests:
		return record.TooMany
	case res.StatusCode >= 500:
		return record.ServerError
	case res.StatusCode >= 400:
		return record.ClientError
	default:
		return record.WrongAnswer
	}
	if p.contentType == "" {
		return record.OK
	}
	given, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || given != p.contentType {
		return record.ContentType
	}
	return record.OK
}

// headerFault says what judgeHeader found.
func (p *reply) headerFault(kind record.Kind, res *http.Response, body []byte) *fault {
	if kind == record.ContentType {
		return badType(res.Header.Get("Content-Type"), p.contentType, body)
	}
	return badStatus(kind, res, p.status, body)
}

// looksInside reports whether the body must be kept.
func (p *reply) looksInside() bool { return len(p.json) > 0 || len(p.content) > 0 }

// judgeBody looks into a complete answer and reads what the server counted. An error is a fault.
func (p *reply) judgeBody(data []byte, r *record.Record) error {
	if !p.looksInside() {
		return nil
	}
	if !gjson.ValidBytes(data) {
		return wrongAnswer(data, "the answer is not JSON")
	}
	if len(p.content) > 0 {
		r.TokensIn, r.TokensOut = tokenCount(gjson.GetBytes(data, "usage.prompt_tokens")), tokenCount(gjson.GetBytes(data, "usage.completion_tokens"))
		if !hasContent(data, p.content) {
			return wrongAnswer(data, "expected something at %s, got nothing", strings.Join(p.content, " or "))
		}
	}
	return p.judgeJSON(data)
}

// judgeJSON looks for the values that are expected. Of several that are not there it names the first by the alphabet, so that
// the same answer gives the same text.
func (p *reply) judgeJSON(data []byte) error {
	isWrong, first := false, ""
	for path, want := range p.json {
		if !isExpected(gjson.GetBytes(data, path), want) && (!isWrong || path < first) {
			isWrong, first = true, path
		}
	}
	if !isWrong {
		return nil
	}
	want, came := p.json[first], "nothing"
	if want == "*" {
		want = "any value"
	}
	if got := gjson.GetBytes(data, first); got.Exists() {
		came = excerpt(beginning([]byte(got.String())))
	}
	return wrongAnswer(data, "expected %s at %s, got %s", want, first, came)
}

func isExpected(got gjson.Result, want string) bool {
	if want == "*" {
		return got.String() != ""
	}
	return got.Exists() && got.String() == want
}

func hasContent(data []byte, paths []string) bool {
	for _, path := range paths {
		if got := gjson.GetBytes(data, path); got.Exists() && got.Type != gjson.Null && got.String() != "" {
			return true
		}
	}
	return false
}

// tokenCount reads what a server claims to have counted, which may be anything.
func tokenCount(v gjson.Result) int64 {
	if v.Type != gjson.Number || !(v.Num > 0 && v.Num < 1e12) {
		return 0
	}
	return int64(v.Num)
}

// read takes a whole answer from a reader that counts.
func (p *reply) read(from io.Reader, r *record.Record) error {
	if !p.looksInside() {
		_, err := io.Copy(io.Discard, from)
		return err
	}
	data, err := io.ReadAll(io.LimitReader(from, maxKept))
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, from); err != nil {
		return err
	}
	return p.judgeBody(data, r)
}
