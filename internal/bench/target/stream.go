package target

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/internal/record"
)

// errBadStream says that events do not follow the protocol.
var errBadStream = errors.New("the stream breaks its protocol")

// tokenStream takes a stream of the OpenAI protocol apart.
type tokenStream struct {
	now   func() time.Duration
	r     *record.Record
	first int // bytes of text in the first chunk
	all   int
	done  bool
}

// readStream reads a stream to its end and records when content came. Where that is wrong, the error is a fault.
func (p *reply) readStream(from io.Reader, now func() time.Duration, r *record.Record) error {
	s := tokenStream{now: now, r: r}
	events := newEventReader(from)
	for {
		data, err := events.next()
		switch {
		case err == io.EOF && s.done:
			s.settle()
			if r.ChunkCount == 0 {
				return wrongAnswer(nil, "expected a stream with text, got none in any of its events")
			}
			return nil
		case err == io.EOF:
			return halfStream(r.ChunkCount)
		case errors.Is(err, errEventTooLong):
			return fmt.Errorf("%w: %w", errBadStream, err)
		case err != nil:
			return err
		}
		if err := s.take(data); err != nil {
			return err
		}
	}
}

// take reads one event.
func (s *tokenStream) take(data []byte) error {
	if s.done {
		return badEvent("an event after [DONE]", data)
	}
	if string(data) == "[DONE]" {
		s.done = true
		return nil
	}
	if !gjson.ValidBytes(data) {
		return badEvent("an event that is not JSON", data)
	}
	event := gjson.ParseBytes(data)
	if !event.IsObject() {
		return badEvent("an event that is not a JSON object", data)
	}
	if event.Get("error").IsObject() {
		return badEvent("an event with an error", data)
	}
	out := tokenCount(event.Get("usage.completion_tokens"))
	if out > 0 {
		s.r.TokensOut, s.r.TokensIn = out, tokenCount(event.Get("usage.prompt_tokens"))
	}
	size := contentSize(event)
	if size == 0 {
		return nil
	}
	at := s.now()
	if s.r.ChunkCount == 0 {
		s.r.FirstToken, s.first = at, size
		s.r.FirstTokens = out // some servers count in every chunk
	}
	s.all += size
	if s.r.ChunkCount++; len(s.r.Chunks) < record.MaxChunks {
		s.r.Chunks = append(s.r.Chunks, at)
	}
	return nil
}

// contentSize is how many bytes of generated text a chunk carries, 0 for one that only opens or closes a message.
func contentSize(event gjson.Result) int {
	size := 0
	event.Get("choices").ForEach(func(_, choice gjson.Result) bool {
		for _, path := range []string{"delta.content", "delta.reasoning_content", "delta.reasoning", "delta.refusal", "text"} {
			if v := choice.Get(path); v.Type == gjson.String {
				size += len(v.Str)
			}
		}
		if calls := choice.Get("delta.tool_calls"); calls.IsArray() {
			size += len(calls.Raw)
		}
		return true
	})
	return size
}

// settle estimates how many tokens the first chunk carried, where the server counted only all of them: as its share of the
// text.
func (s *tokenStream) settle() {
	r := s.r
	if r.TokensOut == 0 || r.FirstTokens > 0 || s.all == 0 {
		return
	}
	r.FirstTokens = max(1, (r.TokensOut*int64(s.first)+int64(s.all)/2)/int64(s.all))
	if r.TokensOut == r.ChunkCount {
		r.FirstTokens = 1
	}
}
