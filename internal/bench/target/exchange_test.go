package target

import (
	"bufio"
	"net"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// BenchmarkExchange is one request and its answer over loopback, with the server's part of the work, which allocates nothing.
func BenchmarkExchange(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		reply := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok")
		for in := bufio.NewReader(c); ; {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) == len("\r\n") {
				if _, err := c.Write(reply); err != nil {
					return
				}
			}
		}
	}()
	defer func() { l.Close(); <-served }()
	target := newTestTarget(b, "http://"+l.Addr().String()+"/", v1alpha1.Connection{})
	defer target.Close()
	start := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		r := newRecord()
		if err := target.Exchange(b.Context(), Request{}, start, time.Minute, &r); err != nil || r.Kind != record.OK {
			b.Fatal(r.Kind, err)
		}
	}
}

// newTestTarget returns a target of the plain protocol.
func newTestTarget(t testing.TB, url string, c v1alpha1.Connection) *httpTarget {
	t.Helper()
	s := defaulted(v1alpha1.Target{Name: "a", URL: url, Connection: c})
	made, err := Open(s, Access{}, 16)
	if err != nil {
		t.Fatal(err)
	}
	return made.(*httpTarget)
}
