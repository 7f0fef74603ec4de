package bench

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestWhoStandsBy: requests that differ, or have to be encrypted, are left to workers.
func TestWhoStandsBy(t *testing.T) {
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
		"a large body":   {url: "http://127.0.0.1/", body: string(make([]byte, joined+1))},
		"TLS":            {url: "https://127.0.0.1/"},
		"fresh":          {url: "http://127.0.0.1/", connection: v1alpha1.Connection{Fresh: true}},
		"HTTP/2":         {url: "http://127.0.0.1/", connection: v1alpha1.Connection{HTTP: "h2c"}},
		"a wrong header": {url: "http://127.0.0.1/", header: "a\nb"},
		"renewed tokens": {url: "http://127.0.0.1/", tokens: new(countedTokens)},
	} {
		target := v1alpha1.Target{Name: "a", URL: test.url, Connection: test.connection, Headers: map[string]string{"X-A": test.header}}
		if test.body != "" {
			target.HTTP = &v1alpha1.HTTPRequest{Body: test.body}
		}
		made, err := newTarget(suiteOf(1, 1, target).Spec.Targets[0], Access{Tokens: test.tokens}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := standbyOf(made) != nil; got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

// TestStandbyOfManyEnds: however connections end and however many requests meet at once, each request is recorded once
// and as what it was, and no connection is taken from one that another waits on.
func TestStandbyOfManyEnds(t *testing.T) {
	var closed atomic.Int64
	url := raw(t, func(c *net.TCPConn, n int64) bool {
		switch n % 5 {
		case 1: // closes without an answer
			closed.Add(1)
			return false
		case 2: // says that it closes
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
			return false
		case 3: // closes without saying so: noticed before the next request in most cases
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			_ = c.CloseWrite()
			return true
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		return true
	})
	suite := suiteOf(2000, 0.5, v1alpha1.Target{Name: "a", URL: url})
	l := runOf(t, suite, nil)
	kinds := kindsOf(l)
	if lost := int64(kinds[record.Reset]); lost < closed.Load() || int64(len(l.Records)) != l.Header.Planned || kinds[record.OK] < 500 || kinds[record.OK]+int(lost) != len(l.Records) {
		t.Errorf("%v of %d, the server closed %d; %v", kinds, l.Header.Planned, closed.Load(), l.End.Examples)
	}
}

// TestStandbyOutlivesTheTimeout: the time-out of a request that was answered ends nothing.
func TestStandbyOutlivesTheTimeout(t *testing.T) {
	suite := suiteOf(5, 1.2, v1alpha1.Target{Name: "a", URL: serve(t, answer).URL}) // 200 ms apart
	suite.Spec.Timeout = unit.Duration(120 * time.Millisecond)
	l := runOf(t, suite, nil)
	var reused int
	for _, r := range l.Records {
		if r.Reused {
			reused++
		}
	}
	if kinds := kindsOf(l); kinds[record.OK]+kinds[record.Timeout] != len(l.Records) || reused < 2 {
		t.Errorf("%v, %d on a kept connection", kinds, reused)
	}
}

// TestStandbyForEachTarget: connections that stand by for one target keep nobody from asking another.
func TestStandbyForEachTarget(t *testing.T) {
	a, b := serve(t, answer), serve(t, answer)
	suite := suiteOf(200, 0.3, v1alpha1.Target{Name: "a", URL: a.URL}, v1alpha1.Target{Name: "b", URL: b.URL})
	suite.Spec.MaxInFlight, suite.Spec.Turn = 1, new(unit.Duration)
	l := runOf(t, suite, nil)
	var answered [2]int
	for _, r := range l.Records {
		if r.Kind == record.OK {
			answered[r.Target]++
		}
	}
	if kinds := kindsOf(l); answered[0] < 5 || answered[1] < 5 || kinds[record.OK]+kinds[record.NotSent] != len(l.Records) {
		t.Errorf("%v, %v were answered", kinds, answered)
	}
}

// TestStandbyTimesOut: a request that is sent on a connection that stands by has its time, and no more.
func TestStandbyTimesOut(t *testing.T) {
	url := raw(t, func(c *net.TCPConn, n int64) bool {
		if n == 1 {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
		return true
	})
	made := newTestTarget(t, url, v1alpha1.Connection{})
	x := &crew{targets: []client{made}, timeout: 50 * time.Millisecond, start: time.Now(), collector: &collector{}}
	if r, err := ask(t, made); err != nil {
		t.Fatal(r, err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); x.standBy(context.Background(), made) }()
	eventually(t, "a connection stands by", func() bool { return made.standby.send(job{sequence: 7}, x.start, x.timeout) })
	<-ended
	o := x.collector.batch[0]
	if took := o.record.LastByte - o.record.Sent; o.record.Sequence != 7 || o.record.Kind != record.Timeout || took < x.timeout || !o.record.Reused {
		t.Errorf("%+v, %v", o.record, o.err)
	}
}
