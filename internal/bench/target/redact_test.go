package target

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/record"
)

func TestRedact(t *testing.T) {
	for _, test := range []struct{ text, secret, want string }{
		{"no secret", "", "no secret"},
		{"nothing of it", "0123456789", "nothing of it"},
		{"got 0123456789, want another", "0123456789", "got [hidden], want another"},
		{"0123456789 and 0123456789", "0123456789", "[hidden] and [hidden]"},
		{"breaks off: 012345678", "0123456789", "breaks off: [hidden]"},
		{"only 0123", "0123456789", "only 0123"},
		{"short: abc", "abc", "short: [hidden]"},
	} {
		if got := redact(test.text, test.secret); got != test.want {
			t.Errorf("%q without %q: %q, want %q", test.text, test.secret, got, test.want)
		}
	}
}

// TestFastPathRedacts: what a server repeats of the token stays out of errors on the fast path too.
func TestFastPathRedacts(t *testing.T) {
	const secret = "tok-0123456789"
	server := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "unknown: "+r.Header.Get("Authorization"))
	})
	made, err := Open(defaulted(v1alpha1.Target{Name: "a", URL: server.URL}), Access{Bearer: secret}, 16)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	if r, err := ask(t, made); err != nil || r.Status != http.StatusUnauthorized {
		t.Fatalf("%+v, %v", r, err)
	}
	path, start := FastPathOf(made), time.Now()
	texts := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		path.Serve(t.Context(), start, time.Minute, func(_ record.Record, err error) { texts <- err.Error() })
	}()
	r := record.New(1, 0, 0, 0)
	benchtest.Eventually(t, "a connection waits", func() bool { return path.Send(&r, start, time.Minute) })
	if text := <-texts; !strings.Contains(text, "unknown: Bearer [hidden]") || strings.Contains(text, secret) {
		t.Errorf("the error is %q", text)
	}
	path.Close()
	<-ended
}
