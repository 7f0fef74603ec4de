package target

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// large is a body that no pair of socket buffers holds.
var large = make([]byte, wire.MaxBody)

// uploadServer calls answer with each connection that it accepts, over TLS if secure, and closes it at the end of the test.
func uploadServer(t *testing.T, isSecure bool, answer func(c net.Conn)) (url string, access Access) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url = "http://" + l.Addr().String() + "/"
	if isSecure {
		certified := httptest.NewTLSServer(nil)
		defer certified.Close()
		access.Roots = x509.NewCertPool()
		access.Roots.AddCert(certified.Certificate())
		l = tls.NewListener(l, certified.TLS)
		url = "https" + url[len("http"):]
	}
	over := make(chan struct{})
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				answer(c)
				<-over
				if secured, ok := c.(*tls.Conn); ok {
					c = secured.NetConn() // without a farewell, for which there may be no room
				}
				c.Close()
			})
		}
	})
	t.Cleanup(func() { close(over); l.Close(); serving.Wait() })
	return url, access
}

// askLarge sends a small request, so that a connection is kept where it may be, and then one that is large.
func askLarge(t *testing.T, url string, isFresh bool, access Access) (*httpTarget, record.Record, error) {
	t.Helper()
	s := defaulted(v1alpha1.Target{Name: "a", URL: url, Connection: v1alpha1.Connection{Fresh: isFresh}})
	client, err := Open(s, access, 16)
	if err != nil {
		t.Fatal(err)
	}
	made := client.(*httpTarget)
	t.Cleanup(made.Close)
	if r, err := ask(t, made); err != nil || r.Kind != record.OK {
		t.Fatalf("the first request: %+v, %v", r, err)
	}
	made.body = func(Request) ([]byte, error) { return large, nil }
	r, err := ask(t, made)
	if r.Reused == isFresh {
		t.Errorf("reused %t with fresh connections %t", r.Reused, isFresh)
	}
	return made, r, err
}

// small is an answer.
const small = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// atBody answers small requests of a connection; serve gets the first large one, whose body is unread.
func atBody(serve func(c net.Conn, req *http.Request)) func(c net.Conn) {
	return func(c net.Conn) {
		for in := bufio.NewReader(c); ; {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if req.ContentLength > 0 {
				serve(c, req)
				return
			}
			_, _ = io.WriteString(c, small)
		}
	}
}

// variants calls a test for kept and fresh connections, with TLS and without.
func variants(t *testing.T, test func(t *testing.T, isFresh, isSecure bool)) {
	for name, v := range map[string][2]bool{
		"kept": {false, false}, "fresh": {true, false}, "kept, TLS": {false, true}, "fresh, TLS": {true, true},
	} {
		t.Run(name, func(t *testing.T) { test(t, v[0], v[1]) })
	}
}

// TestRefusalBeforeTheBody: a server that refuses a body, and neither reads on nor closes, has answered; the connection is not used again.
func TestRefusalBeforeTheBody(t *testing.T) {
	variants(t, func(t *testing.T, isFresh, isSecure bool) {
		url, access := uploadServer(t, isSecure, atBody(func(c net.Conn, _ *http.Request) {
			_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n")
		}))
		made, r, err := askLarge(t, url, isFresh, access)
		if err != nil || r.Kind != record.ClientError || r.Status != 413 || r.BytesIn != 3 {
			t.Fatalf("%+v, %v", r, err)
		}
		if n := openConnections(made); n != 0 {
			t.Errorf("%d connections are open", n)
		}
		made.body = nil
		if r, err := ask(t, made); err != nil || r.Kind != record.OK || r.Reused {
			t.Errorf("the request after it: %+v, %v", r, err)
		}
	})
}

// TestRefusalAndReset: an answer that was complete counts, also when the connection is reset before anybody read it; one that
// was not is none.
func TestRefusalAndReset(t *testing.T) {
	for answer, want := range map[string]record.Kind{
		"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n": record.ClientError,
		"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal":               record.HalfAnswer,
		"HTTP/1.1 413 Content": record.Reset,
		"":                     record.Reset,
	} {
		variants(t, func(t *testing.T, isFresh, isSecure bool) {
			url, access := uploadServer(t, isSecure, atBody(func(c net.Conn, req *http.Request) {
				_, _ = io.CopyN(io.Discard, req.Body, 1<<20)
				_, _ = io.WriteString(c, answer)
				if secured, ok := c.(*tls.Conn); ok {
					c = secured.NetConn()
				}
				_ = c.(*net.TCPConn).SetLinger(0)
				c.Close()
			}))
			if _, r, err := askLarge(t, url, isFresh, access); r.Kind != want {
				t.Errorf("%q: %s, want %s; %v", answer, r.Kind, want, err)
			}
		})
	}
}

// TestEcho: a server that answers while it reads gets the rest, and its connection is kept.
func TestEcho(t *testing.T) {
	variants(t, func(t *testing.T, isFresh, isSecure bool) {
		url, access := uploadServer(t, isSecure, atBody(func(c net.Conn, req *http.Request) {
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			res := http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Body: req.Body, ContentLength: req.ContentLength}
			_ = res.Write(c)
		}))
		made, r, err := askLarge(t, url, isFresh, access)
		if err != nil || r.Kind != record.OK || r.BytesIn != wire.MaxBody {
			t.Fatalf("%+v, %v", r, err)
		}
		if isKept := idleConnections(made) == 1; isKept == isFresh {
			t.Errorf("kept %t with fresh connections %t", isKept, isFresh)
		}
	})
}

// TestAnswerBeforeTheRest: a server that answers first, and then reads what is left of the request, keeps its connection.
func TestAnswerBeforeTheRest(t *testing.T) {
	url, access := uploadServer(t, false, atBody(func(c net.Conn, req *http.Request) {
		_, _ = io.WriteString(c, small)
		_, _ = io.Copy(io.Discard, req.Body)
	}))
	made, r, err := askLarge(t, url, false, access)
	if err != nil || r.Kind != record.OK || idleConnections(made) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestLargeBodyArrives whole, and its connection is used again, however soon the answer follows its last byte.
func TestLargeBodyArrives(t *testing.T) {
	var got bytes.Buffer
	made := newTestTarget(t, benchtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		got.Reset()
		_, _ = got.ReadFrom(r.Body)
	}).URL, v1alpha1.Connection{})
	defer made.Close()
	body := bytes.Repeat([]byte("0123456789"), 16<<10)
	made.method, made.body = "POST", func(Request) ([]byte, error) { return body, nil }
	for i := range 200 {
		if r, err := ask(t, made); err != nil || r.Kind != record.OK || r.Reused != (i > 0) || !bytes.Equal(got.Bytes(), body) {
			t.Fatalf("request %d: %+v, %v; %d bytes arrived", i, r, err, got.Len())
		}
	}
}

// TestBodyThatIsNotTaken: a server that neither reads nor answers is a time-out, or an interruption, and leaves nothing open.
func TestBodyThatIsNotTaken(t *testing.T) {
	variants(t, func(t *testing.T, isFresh, isSecure bool) {
		reached := make(chan struct{}, 2)
		url, access := uploadServer(t, isSecure, atBody(func(net.Conn, *http.Request) { reached <- struct{}{} }))
		s := defaulted(v1alpha1.Target{Name: "a", URL: url, Connection: v1alpha1.Connection{Fresh: isFresh}})
		client, err := Open(s, access, 16)
		if err != nil {
			t.Fatal(err)
		}
		made := client.(*httpTarget)
		defer made.Close()
		made.body = func(Request) ([]byte, error) { return large, nil }
		start := time.Now()
		r := newRecord()
		if err := made.Exchange(t.Context(), Request{}, start, 100*time.Millisecond, &r); r.Kind != record.Timeout || r.LastByte > 3*time.Second {
			t.Errorf("%+v, %v", r, err)
		}
		<-reached
		exchanges, cancel := context.WithCancelCause(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); <-reached; cancel(wire.ErrInterrupted); made.Interrupt() }()
		if err := made.Exchange(exchanges, Request{}, start, time.Minute, &r); r.Kind != record.Interrupted {
			t.Errorf("%+v, %v", r, err)
		}
		<-ended
		if n := openConnections(made); n != 0 {
			t.Errorf("%d connections are open", n)
		}
	})
}
