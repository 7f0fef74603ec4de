package target

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestWhoHasAFastPath: requests that differ, or have to be encrypted, are left to workers.
func TestWhoHasAFastPath(t *testing.T) {
	for name, test := range map[string]struct {
		url        string
		body       string
		connection v1alpha1.Connection
		header     string
		tokens     TokenSource
		want       bool
	}{
		"GET":            {url: "http://127.0.0.1/", want: true},
		"a fixed body":   {url: "http://127.0.0.1/", body: "{}", want: true},
		"a template":     {url: "http://127.0.0.1/", body: "{{.Sequence}}"},
		"a large body":   {url: "http://127.0.0.1/", body: string(make([]byte, 64<<10))},
		"TLS":            {url: "https://127.0.0.1/"},
		"fresh":          {url: "http://127.0.0.1/", connection: v1alpha1.Connection{Fresh: true}},
		"HTTP/2":         {url: "http://127.0.0.1/", connection: v1alpha1.Connection{HTTP: "h2c"}},
		"a wrong header": {url: "http://127.0.0.1/", header: "a\nb"},
		"renewed tokens": {url: "http://127.0.0.1/", tokens: noTokens{}},
	} {
		target := v1alpha1.Target{Name: "a", URL: test.url, Connection: test.connection, Headers: map[string]string{"X-A": test.header}}
		if test.body != "" {
			target.HTTP = &v1alpha1.HTTPRequest{Body: test.body}
		}
		made, err := Open(defaulted(target), Access{Tokens: test.tokens}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := FastPathOf(made) != nil; got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

// TestFastPathTimesOut: a request on the fast path has its time, and no more.
func TestFastPathTimesOut(t *testing.T) {
	url := benchtest.Raw(t, func(c *net.TCPConn, n int64) bool {
		if n == 1 {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
		return true
	})
	made := newTestTarget(t, url, v1alpha1.Connection{})
	if r, err := ask(t, made); err != nil {
		t.Fatal(r, err)
	}
	const timeout = 50 * time.Millisecond
	start := time.Now()
	var got record.Record
	var failed error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		FastPathOf(made).Serve(context.Background(), start, timeout, func(r record.Record, err error) { got, failed = r, err })
	}()
	want := record.New(7, 0, 0, 0)
	benchtest.Eventually(t, "a connection waits", func() bool { return FastPathOf(made).Send(&want, start, timeout) })
	<-ended
	if took := got.LastByte - got.Sent; got.Sequence != 7 || got.Kind != record.Timeout || took < timeout || !got.Reused {
		t.Errorf("%+v, %v", got, failed)
	}
}

// noTokens is a source that has none.
type noTokens struct{}

func (noTokens) Token(context.Context) (string, error) {
	return "", errors.New("the metadata server is gone")
}
