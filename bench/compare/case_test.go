package main

import (
	"bytes"
	"fmt"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestLateness: requests are due at a constant rate from when the least late one says.
func TestLateness(t *testing.T) {
	const ms = time.Millisecond
	got := lateness([]time.Duration{7 * ms, 15 * ms, 31 * ms, 36 * ms}, 100) // due at 5, 15, 25 and 35 ms
	for i, want := range []float64{2, 0, 6, 1} {
		if math.Abs(got[i]-want) > 1e-9 {
			t.Errorf("request %d: %g ms, want %g", i, got[i], want)
		}
	}
}

func TestQuantile(t *testing.T) {
	xs := []float64{3, 1, 2, 4}
	for q, want := range map[float64]float64{0: 1, 0.5: 2, 0.51: 3, 1: 4} {
		if got := quantile(xs, q); got != want {
			t.Errorf("%g: %g, want %g", q, got, want)
		}
	}
	if !math.IsNaN(quantile(nil, 0.5)) {
		t.Error("of nothing there is none")
	}
}

// TestResponder: every request is answered and noted once, also in pieces and several at once.
func TestResponder(t *testing.T) {
	r, err := startResponder()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		res, err := http.Get(r.url())
		if err != nil || res.StatusCode != 200 || res.ContentLength != 2 {
			t.Fatalf("%+v, %v", res, err)
		}
		res.Body.Close()
	}
	c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(r.url(), "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, piece := range []string{request[:5], request[5:25], request[25:] + request + request[:7], request[7:]} {
		fmt.Fprint(c, piece)
	}
	answers := make([]byte, 3*len(reply))
	for n := 0; n < len(answers); {
		m, err := c.Read(answers[n:])
		if n += m; err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(answers, bytes.Repeat([]byte(reply), 3)) {
		t.Errorf("%q", answers)
	}
	if n := len(r.take()); n != 6 {
		t.Errorf("%d requests were noted, want 6", n)
	}
	if err := r.close(); err != nil {
		t.Error(err)
	}
}

// TestSlow: what the server says it took is what it waited, and a little.
func TestSlow(t *testing.T) {
	s, err := startSlow(func(time.Duration) time.Duration { return 5 * time.Millisecond })
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(s.url())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if err := s.close(); err != nil { // waits until it is noted
		t.Fatal(err)
	}
	if took := s.took(); len(took) != 1 || took[0] < 5 {
		t.Errorf("%v", took)
	}
}
