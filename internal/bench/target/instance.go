package target

import (
	"net/http"
	"sync"

	"fulcrum.dev/fulcrum/internal/record"
)

// maxInstances bounds the names that are remembered: a header with another value in each answer names no instances.
const maxInstances = 10_000

// instances remembers who has answered, by the names that a header gives.
type instances struct {
	header string
	mu     sync.Mutex
	known  map[string]bool
}

// note names in the record an instance that answers for the first time.
func (s *instances) note(res *http.Response, r *record.Record) {
	name := ""
	if s.header != "" {
		name = res.Header.Get(s.header)
	}
	if name == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[name] || len(s.known) >= maxInstances {
		return
	}
	if s.known == nil {
		s.known = map[string]bool{}
	}
	s.known[name] = true
	r.NewInstance = Shorten(name)
}
