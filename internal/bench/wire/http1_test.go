package wire

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
)

func newTestTransport(t *testing.T, address string) *http1Transport {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	made := New(u, v1alpha1.Connection{}, nil, 16)
	t.Cleanup(made.Close)
	return made.(*http1Transport)
}

// get does one exchange, and reads the answer to its end.
func get(t *testing.T, transport *http1Transport) ExchangeTrace {
	t.Helper()
	req, err := http.NewRequest("GET", "http://"+transport.address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	trace := NewExchangeTrace(t.Context(), time.Minute, time.Now())
	res, err := transport.Send(req, &trace)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return trace
}

// TestIdleConnectionThatEnded: what the server closed or said meanwhile is noticed before a request is lost on it.
func TestIdleConnectionThatEnded(t *testing.T) {
	for _, last := range []string{"", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"} {
		now := make(chan struct{})
		address := benchtest.Raw(t, func(c *net.TCPConn, n int64) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			if n == 1 {
				<-now
				_, _ = io.WriteString(c, last)
			}
			return n > 1
		})
		made := newTestTransport(t, address)
		get(t, made)
		kept := made.idle[0]
		if !kept.isAlive() {
			t.Fatal("not kept")
		}
		close(now)
		benchtest.Eventually(t, "the connection is seen to have ended", func() bool { return !kept.isAlive() })
		if trace := get(t, made); trace.Reused {
			t.Errorf("%+v", trace)
		}
	}
}

// TestIdleForLong: a connection that was not used for longer than any server keeps it is not used again.
func TestIdleForLong(t *testing.T) {
	kept := newTestTransport(t, benchtest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }).URL)
	for _, want := range []bool{false, true, false} {
		if trace := get(t, kept); trace.Reused != want {
			t.Errorf("reused %t, want %t", trace.Reused, want)
		}
		if want {
			kept.idle[0].used = time.Now().Add(-maxIdle - time.Second)
		}
	}
	if len(kept.open) != 1 {
		t.Errorf("%d connections are open", len(kept.open))
	}
}

// TestAnswerInFragments: however an answer is cut into segments, it is read as a whole.
func TestAnswerInFragments(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 0, 10000).Draw(rt, "body")
		res := &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"X-Text": {"text"}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: -1}
		if rapid.Bool().Draw(rt, "length") {
			res.ContentLength = int64(len(body))
		} else {
			res.TransferEncoding = []string{"chunked"}
		}
		var sent bytes.Buffer
		if err := res.Write(&sent); err != nil {
			rt.Fatal(err)
		}
		cuts := rapid.SliceOfN(rapid.IntRange(1, 5000), 1, 20).Draw(rt, "cuts")
		here, there := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer there.Close()
			_, _ = http.ReadRequest(bufio.NewReader(there))
			for i := 0; sent.Len() > 0; i++ {
				if _, err := there.Write(sent.Next(cuts[i%len(cuts)])); err != nil {
					return
				}
			}
		}()
		defer func() { here.Close(); <-done }()
		transport := &http1Transport{open: map[*http1Conn]struct{}{}}
		start := time.Now()
		p := NewExchangeTrace(context.Background(), time.Minute, start)
		p.Connected = p.Now()
		req := httptest.NewRequest("GET", "http://127.0.0.1/", nil)
		got, err := newHTTP1Conn(transport, here).exchange(req, &p)
		if err != nil {
			rt.Fatal(err)
		}
		read, err := io.ReadAll(got.Body)
		if err != nil || !bytes.Equal(read, body) || got.Header.Get("X-Text") != "text" {
			rt.Fatalf("%v: %d bytes of %d", err, len(read), len(body))
		}
		if last := p.Now(); p.FirstByte < p.Connected || last < p.FirstByte || last > time.Since(start) {
			rt.Errorf("connected at %v, the first byte at %v, the last at %v", p.Connected, p.FirstByte, last)
		}
		_ = got.Body.Close()
		if len(transport.idle) != 1 {
			rt.Error("the connection is not kept")
		}
	})
}
