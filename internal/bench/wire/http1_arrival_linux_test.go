//go:build !race

package wire

import (
	"io"
	"net"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/bench/benchtest"
)

// TestArrivalIsWhenTheKernelHadIt: a reader that comes late is told when what it reads was received.
func TestArrivalIsWhenTheKernelHadIt(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	a := newArrival(client)
	if a.socket == nil {
		t.Skip("skipped: this kernel does not tell when something was received")
	}
	const busy = 20 * time.Millisecond // the machine, before it lets the reader run
	var buffer [8]byte
	benchtest.Eventually(t, "the kernel notes times, which it begins to do a moment after it was asked", func() bool {
		before := time.Now()
		if _, err := server.Write([]byte("late")); err != nil {
			t.Fatal(err)
		}
		after := time.Now()
		<-time.After(busy)
		if n, err := a.Read(buffer[:]); n != 4 || err != nil {
			t.Fatalf("got %d bytes, %v", n, err)
		}
		return a.last.After(before.Add(-busy/4)) && a.last.Before(after.Add(busy/2)) // the wall clock may be set a little meanwhile
	})
	if err := a.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(buffer[:]); !IsTimeout(err) {
		t.Errorf("got %v, expected a time-out", err)
	}
	if err := a.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if n, err := a.Read(buffer[:]); n != 0 || err != io.EOF {
		t.Errorf("got %d bytes, %v, expected the end", n, err)
	}
}
