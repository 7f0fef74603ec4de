package record

import (
	"fmt"
	"slices"
)

// Kind is how a request ended. The values are part of the log's format: append, never renumber.
type Kind uint8

// The kinds. Every request ends as exactly one, so that their counts add up to the requests scheduled.
const (
	OK            Kind = iota // a complete answer that every assertion holds for
	NotSent                   // refused by the bound on requests in flight
	Interrupted               // given up because the run was stopped
	DNS                       // the host's name was not resolved
	Refused                   // the connection was refused
	Reset                     // the connection was reset or closed before an answer began
	TLS                       // the TLS handshake failed
	Timeout                   // no complete answer in time
	TooMany                   // status 429
	ClientError               // another status from 400
	ServerError               // a status from 500
	HalfAnswer                // the connection ended within the answer
	BadStream                 // the stream of events broke its protocol
	ContentType               // an answer of another type than was asked for
	WrongAnswer               // a complete answer that an assertion fails for
	Other                     // anything else
	FunctionError             // a function was invoked and failed
	kinds
)

var kindNames = [kinds]string{
	"ok", "not-sent", "interrupted", "dns", "refused", "reset", "tls", "timeout", "status-429", "status-4xx", "status-5xx",
	"half-answer", "bad-stream", "content-type", "wrong-answer", "other", "function-error",
}

// String returns the kind's name, such as status-429.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// MarshalText writes the name, also as the key of a JSON object.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name that MarshalText wrote.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("expected how a request ended, such as ok or timeout, got %q", text)
	}
	*k = Kind(i)
	return nil
}
