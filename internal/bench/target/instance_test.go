package target

import (
	"fmt"
	"net/http"
	"testing"

	"fulcrum.dev/fulcrum/internal/record"
)

func TestInstances(t *testing.T) {
	answer := func(name string) *http.Response { return &http.Response{Header: http.Header{"X-Served-By": {name}}} }
	s := &instances{header: "x-served-by"}
	for i, c := range []struct{ by, want string }{{"a", "a"}, {"a", ""}, {"", ""}, {"b", "b"}, {"a", ""}} {
		var r record.Record
		if s.note(answer(c.by), &r); r.NewInstance != c.want {
			t.Errorf("answer %d by %q: new is %q, want %q", i, c.by, r.NewInstance, c.want)
		}
	}
	var last record.Record
	for i := range maxInstances {
		last = record.Record{}
		s.note(answer(fmt.Sprintf("request-%d", i)), &last)
	}
	if last.NewInstance != "" || len(s.known) != maxInstances {
		t.Errorf("%d names are remembered; the last is %q", len(s.known), last.NewInstance)
	}
	var r record.Record
	if new(instances).note(answer("a"), &r); r.NewInstance != "" {
		t.Errorf("without a header, %q is new", r.NewInstance)
	}
}
