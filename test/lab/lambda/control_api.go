package lambda

import (
	"net/http"
	"time"
)

// subject is what a request to the control API is about.
type subject struct {
	function  *function
	qualifier string
	alias     string // of the path; empty where it has none
	now       time.Time
}

// asked is a request about a subject, with an input of the SDK's own type.
type asked[Input any] struct {
	subject
	in Input
}

// nothing is the input of requests without a body.
type nothing struct{}

// about makes a handler of one that is about the function that the path names; it is called with h.mu held.
func about[Input any](h *Host, handle func(asked[Input]) (int, any, error)) controlHandler {
	return func(r *http.Request, body []byte) (int, any, error) {
		a := asked[Input]{subject: subject{alias: r.PathValue("alias"), now: time.Now()}}
		if err := decode(body, &a.in); err != nil {
			return 0, nil, err
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		var err error
		if a.function, a.qualifier, err = h.function(r, a.now); err != nil {
			return 0, nil, err
		}
		return handle(a)
	}
}
