package target

import (
	"net/http"
	"strings"
)

// redactedError hides, in the text of an error, what its request was authorised by: a server may repeat that in its answer,
// and the log keeps texts.
type redactedError struct {
	error
	secrets []string
}

// redacted hides what is secret in the header of a request; nil of no error.
func redacted(err error, h http.Header) error {
	if err == nil {
		return nil
	}
	return &redactedError{err, []string{h.Get("Authorization"), h.Get("X-Amz-Security-Token")}}
}

func (e *redactedError) Error() string {
	text := e.error.Error()
	for _, secret := range e.secrets {
		text = redact(text, strings.TrimPrefix(secret, "Bearer "))
	}
	return text
}

func (e *redactedError) Unwrap() error { return e.error }

// minSecret is the length of a beginning by which a secret is recognised where a text breaks off within it.
const minSecret = 8

// redact replaces every occurrence of a secret, including a truncated one at the end.
func redact(text, secret string) string {
	if secret == "" {
		return text
	}
	begin := secret[:min(len(secret), minSecret)]
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, begin)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("[hidden]")
		same := len(begin)
		for text = rest; text != "" && same < len(secret) && text[0] == secret[same]; same++ {
			text = text[1:]
		}
	}
}
