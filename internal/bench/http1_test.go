package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// ask does one exchange. The error is what hindered it, not what is wrong with the answer.
func ask(t testing.TB, made client) (record.Record, error) {
	t.Helper()
	start := time.Now()
	r := newRecord(job{})
	_, err := judged(made.exchange(t.Context(), time.Minute, job{}, start, &r))
	return r, err
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}

// TestConnectionIsKept asks twice: a connection is used again exactly when the first answer allows it.
func TestConnectionIsKept(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	long := strings.Repeat("x", maxWrong+1)
	for name, test := range map[string]struct {
		method, answer string
		isFresh        bool
		isEnded        bool // the server closes after the answer
		status         int
		body           int64
		want           bool
	}{
		"a length":                       {answer: ok + "Content-Length: 2\r\n\r\nok", status: 200, body: 2, want: true},
		"no body":                        {answer: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, want: true},
		"chunks":                         {answer: ok + "Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", status: 200, body: 2, want: true},
		"chunks and a trailer":           {answer: ok + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n", status: 200, body: 2, want: true},
		"HEAD":                           {method: "HEAD", answer: ok + "Content-Length: 2\r\n\r\n", status: 200, want: true},
		"HEAD of chunks":                 {method: "HEAD", answer: ok + "Transfer-Encoding: chunked\r\n\r\n", status: 200, want: true},
		"informational before":           {answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nok", status: 200, body: 2, want: true},
		"HTTP/1.0 kept":                  {answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", status: 200, body: 2, want: true},
		"HTTP/1.0":                       {answer: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", status: 200, body: 2},
		"the server says that it closes": {answer: ok + "Connection: close\r\nContent-Length: 2\r\n\r\nok", status: 200, body: 2},
		"a body up to the end":           {answer: ok + "\r\nok", isEnded: true, status: 200, body: 2},
		"asked for fresh ones":           {answer: ok + "Content-Length: 2\r\n\r\nok", isFresh: true, status: 200, body: 2},
		"a wrong answer, read":           {answer: "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno", status: 500, body: 2, want: true},
		"a wrong answer, too long":       {answer: "HTTP/1.1 500 No\r\nContent-Length: 262145\r\n\r\n" + long, status: 500, body: maxWrong},
		"another protocol":               {answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", status: 101},
		"more than was asked for":        {answer: ok + "Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n", status: 200, body: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := raw(t, func(c *net.TCPConn, _ int64) bool {
				_, _ = io.WriteString(c, test.answer)
				return !test.isEnded
			})
			made := newTestTarget(t, url, v1alpha1.Connection{Fresh: test.isFresh})
			defer made.transport.close()
			if test.method != "" {
				made.method = test.method
			}
			for i := range 2 {
				r, err := ask(t, made)
				if err != nil || r.Status != test.status || r.BytesIn != test.body {
					t.Fatalf("answer %d: %v, %+v", i, err, r)
				}
				if want := i == 1 && test.want; r.Reused != want {
					t.Errorf("answer %d: reused %t, want %t", i, r.Reused, want)
				}
			}
		})
	}
}

// TestIdleConnectionThatEnded: what the server closed or said meanwhile is noticed before a request is lost on it.
func TestIdleConnectionThatEnded(t *testing.T) {
	for _, last := range []string{"", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"} {
		now := make(chan struct{})
		url := raw(t, func(c *net.TCPConn, n int64) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			if n == 1 {
				<-now
				_, _ = io.WriteString(c, last)
			}
			return n > 1
		})
		made := newTestTarget(t, url, v1alpha1.Connection{})
		defer made.transport.close()
		if r, err := ask(t, made); err != nil {
			t.Fatal(r, err)
		}
		kept := made.transport.(*http1Transport).idle[0]
		if !kept.isAlive() {
			t.Fatal("not kept")
		}
		close(now)
		eventually(t, "the connection is seen to have ended", func() bool { return !kept.isAlive() })
		if r, err := ask(t, made); err != nil || r.Reused || r.Kind != record.OK {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

// TestIdleForLong: a connection that was not used for longer than any server keeps it is not used again.
func TestIdleForLong(t *testing.T) {
	made := newTestTarget(t, serve(t, answer).URL, v1alpha1.Connection{})
	defer made.transport.close()
	kept := made.transport.(*http1Transport)
	for _, want := range []bool{false, true, false} {
		if r, err := ask(t, made); err != nil || r.Reused != want {
			t.Errorf("reused %t, want %t; %v", r.Reused, want, err)
		}
		if want {
			kept.idle[0].used = time.Now().Add(-longestIdle - time.Second)
		}
	}
	if len(kept.open) != 1 {
		t.Errorf("%d connections are open", len(kept.open))
	}
}

// TestAnswerBeforeTheBodyWasTaken: a server that refuses a body closes the connection while it is sent; its answer counts.
func TestAnswerBeforeTheBodyWasTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close() // resets: there is more to read
		_, _ = io.ReadFull(c, make([]byte, 100))
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	}()
	defer func() { l.Close(); <-served }()
	made := newTestTarget(t, "http://"+l.Addr().String()+"/", v1alpha1.Connection{})
	made.body = func(job) ([]byte, error) { return make([]byte, maxBody), nil }
	if r, err := ask(t, made); r.Kind != record.ClientError || r.Status != 413 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	for name, test := range map[string]struct{ answer, want string }{
		"a header without end":      {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHeader), "longer than 1 MiB"},
		"informational without end": {strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", maxHeader/20), "longer than 1 MiB"},
		"two lengths":               {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "Content-Length"},
	} {
		url := raw(t, func(c *net.TCPConn, _ int64) bool { _, _ = io.WriteString(c, test.answer); return true })
		made := newTestTarget(t, url, v1alpha1.Connection{})
		r, err := ask(t, made)
		if r.Kind != record.Other || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %s, %v, want %q", name, r.Kind, err, test.want)
		}
		if n := len(made.transport.(*http1Transport).open); n != 0 {
			t.Errorf("%s: %d connections are left", name, n)
		}
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
		p := newPassage(context.Background(), time.Minute, start)
		p.connected = p.now()
		req := httptest.NewRequest("GET", "http://127.0.0.1/", nil)
		got, err := newHTTP1Conn(transport, here).exchange(req, &p)
		if err != nil {
			rt.Fatal(err)
		}
		read, err := io.ReadAll(got.Body)
		if err != nil || !bytes.Equal(read, body) || got.Header.Get("X-Text") != "text" {
			rt.Fatalf("%v: %d bytes of %d", err, len(read), len(body))
		}
		if last := p.now(); p.firstByte < p.connected || last < p.firstByte || last > time.Since(start) {
			rt.Errorf("connected at %v, the first byte at %v, the last at %v", p.connected, p.firstByte, last)
		}
		_ = got.Body.Close()
		if len(transport.idle) != 1 {
			rt.Error("the connection is not kept")
		}
	})
}

// TestNothingIsLeft: an interruption ends all exchanges at once, over TLS and without, also those that still shake hands, and
// leaves neither a goroutine nor an open connection.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepted by the kernel, and never answered
	if err != nil {
		t.Fatal(err)
	}
	var waiting atomic.Int64
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { waiting.Add(1); <-r.Context().Done() })
	plain, secure := httptest.NewServer(hang), httptest.NewTLSServer(hang)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	suite := suiteOf(300, 600, v1alpha1.Target{Name: "a", URL: plain.URL}, v1alpha1.Target{Name: "b", URL: secure.URL},
		v1alpha1.Target{Name: "c", URL: "https://" + silent.Addr().String()})
	suite.Spec.Turn = new(unit.Duration) // by request
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan *record.Log, 1)
	go func() {
		var b bytes.Buffer
		if _, err := Run(ctx, inputOf(t, suite, map[string]Access{"b": {Roots: roots}}), &b); err != nil {
			t.Error(err)
		}
		ended <- readLog(t, b.Bytes())
	}()
	eventually(t, "60 requests wait", func() bool { return waiting.Load() >= 60 })
	cancel()
	select {
	case l := <-ended:
		kinds := kindsOf(l)
		if kinds[record.Interrupted] < 60 || len(kinds) != 1 {
			t.Errorf("%v, want all interrupted; %v", kinds, l.End.Examples)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the run goes on")
	}
	silent.Close()
	plain.Close()
	secure.Close()
	http.DefaultClient.CloseIdleConnections()
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
}
