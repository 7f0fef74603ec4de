package target

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// ask does one exchange. The error is what hindered it, not what is wrong with the answer.
func ask(t testing.TB, made Target) (record.Record, error) {
	t.Helper()
	start := time.Now()
	r := newRecord()
	_, err := judged(made.Exchange(t.Context(), Request{}, start, time.Minute, &r))
	return r, err
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
			url := benchtest.Raw(t, func(c *net.TCPConn, _ int64) bool {
				_, _ = io.WriteString(c, test.answer)
				return !test.isEnded
			})
			made := newTestTarget(t, url, v1alpha1.Connection{Fresh: test.isFresh})
			defer made.Close()
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
	made.body = func(Request) ([]byte, error) { return make([]byte, wire.MaxBody), nil }
	if r, err := ask(t, made); r.Kind != record.ClientError || r.Status != 413 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	for name, test := range map[string]struct{ answer, want string }{
		"a header without end":      {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20), "longer than 1 MiB"},
		"informational without end": {strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", (1<<20)/20), "longer than 1 MiB"},
		"two lengths":               {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "Content-Length"},
	} {
		url := benchtest.Raw(t, func(c *net.TCPConn, _ int64) bool { _, _ = io.WriteString(c, test.answer); return true })
		made := newTestTarget(t, url, v1alpha1.Connection{})
		r, err := ask(t, made)
		if r.Kind != record.Other || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %s, %v, want %q", name, r.Kind, err, test.want)
		}
		if n := openConnections(made); n != 0 {
			t.Errorf("%s: %d connections are left", name, n)
		}
	}
}
