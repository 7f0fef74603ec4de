package bench

import (
	"errors"
	"io"
	"time"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/internal/measure"
)

// errBadStream says that events do not follow the protocol.
var errBadStream = errors.New("the stream breaks its protocol")

// tokenStream takes a stream of the OpenAI protocol apart.
type tokenStream struct {
	now   func() time.Duration
	r     *measure.Record
	first int // bytes of text in the first chunk
	all   int
	done  bool
}

// readStream reads a stream to its end and records when content came.
func (p *reply) readStream(from io.Reader, now func() time.Duration, r *measure.Record) (measure.Kind, error) {
	s := tokenStream{now: now, r: r}
	events := newEventReader(from)
	for {
		data, err := events.next()
		switch {
		case err == io.EOF && s.done:
			s.settle()
			if r.ChunkCount == 0 {
				return measure.WrongAnswer, nil
			}
			return measure.OK, nil
		case err == io.EOF:
			return measure.HalfAnswer, nil
		case errors.Is(err, errEventTooLong):
			return measure.BadStream, nil
		case err != nil:
			return measure.OK, err
		}
		if s.take(data) != nil {
			return measure.BadStream, nil
		}
	}
}

// take reads one event.
func (s *tokenStream) take(data []byte) error {
	if s.done {
		return errBadStream
	}
	if string(data) == "[DONE]" {
		s.done = true
		return nil
	}
	if !gjson.ValidBytes(data) {
		return errBadStream
	}
	event := gjson.ParseBytes(data)
	if !event.IsObject() || event.Get("error").IsObject() {
		return errBadStream
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
	if s.r.ChunkCount++; len(s.r.Chunks) < measure.MaxChunks {
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
