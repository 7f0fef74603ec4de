package bench

import (
	"bufio"
	"io"
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
	defer target.transport.close()
	start := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		r := newRecord(job{})
		if err := target.exchange(b.Context(), time.Minute, job{}, start, &r); err != nil || r.Kind != record.OK {
			b.Fatal(r.Kind, err)
		}
	}
}

// BenchmarkCollector is what a record costs once the answer is in.
func BenchmarkCollector(b *testing.B) {
	log, err := record.NewWriter(io.Discard, record.Header{Targets: []record.TargetInfo{{Name: "a"}}})
	if err != nil {
		b.Fatal(err)
	}
	c := newCollector(log, Input{}, time.Now())
	go c.collect()
	o := outcome{record: newRecord(job{})}
	b.ReportAllocs()
	for b.Loop() {
		c.add(o)
	}
	if err := c.close(); err != nil {
		b.Fatal(err)
	}
}

// newTestTarget returns a target of the plain protocol.
func newTestTarget(t testing.TB, url string, c v1alpha1.Connection) *target {
	t.Helper()
	s := suiteOf(1, 1, v1alpha1.Target{Name: "a", URL: url, Connection: c})
	made, err := newTarget(s.Spec.Targets[0], Access{}, 16)
	if err != nil {
		t.Fatal(err)
	}
	return made.(*target)
}
