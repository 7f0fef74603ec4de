package bench

import (
	"net/http"
	"strings"
)

// discreetError hides, in the text of an error, what its request was authorised by: a server may repeat that in its answer, and
// the log keeps texts.
type discreetError struct {
	error
	secrets []string
}

// secretsOf are those in the header of a request.
func secretsOf(h http.Header) []string {
	return []string{h.Get("Authorization"), h.Get("X-Amz-Security-Token")}
}

func (e *discreetError) Error() string {
	text := e.error.Error()
	for _, secret := range e.secrets {
		text = hidden(text, strings.TrimPrefix(secret, "Bearer "))
	}
	return text
}

func (e *discreetError) Unwrap() error { return e.error }

// leastSecret is how much of a secret's beginning tells that it is one, where a text breaks off within it.
const leastSecret = 8

// hidden replaces a secret in a text, also as much of it as there is.
func hidden(text, secret string) string {
	if secret == "" {
		return text
	}
	begin := secret[:min(len(secret), leastSecret)]
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
